package top.neuralbox.concurrent;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The client's logger. Logging is foreign code and may find no memory. Its exceptions are caught, so that no signal is lost.
 */
public final class SafeLog {

    private static final System.Logger LOGGER = System.getLogger("top.neuralbox");

    private SafeLog() {}

    public static void warn(String message) {
        warn(message, null);
    }

    public static void warn(String message, @Nullable Throwable thrown) {
        try {
            LOGGER.log(System.Logger.Level.WARNING, message, thrown);
        } catch (Throwable t) {
            // There is no other place to report it.
        }
    }

    public static void debug(Supplier<String> message) {
        try {
            LOGGER.log(System.Logger.Level.DEBUG, message);
        } catch (Throwable t) {
            // There is no other place to report it.
        }
    }
}
