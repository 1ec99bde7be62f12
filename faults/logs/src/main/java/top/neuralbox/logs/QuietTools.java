package top.neuralbox.logs;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Leaves out what tools of the tests log about themselves: how many edge cases were tried, and which Java was found. */
public final class QuietTools implements LauncherSessionListener {

    /** Held here, because the logging framework forgets a logger that nobody holds, and its level with it. */
    private static final List<Logger> TOOLS =
            List.of(Logger.getLogger("net.jqwik"), Logger.getLogger("com.tngtech.archunit"));

    /** For the {@code ServiceLoader}. */
    public QuietTools() {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        TOOLS.forEach(tool -> tool.setLevel(Level.WARNING));
    }
}
