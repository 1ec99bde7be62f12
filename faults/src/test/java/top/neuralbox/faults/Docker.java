package top.neuralbox.faults;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.testcontainers.DockerClientFactory;

/** Checks once whether Docker answers. If it does not, one line says so. */
final class Docker {

    /** Held here, for the logging framework forgets a logger that nobody holds, and its level with it. */
    private static final Logger LOGGER = Logger.getLogger("org.testcontainers");

    private static final boolean ANSWERS = ask();

    private Docker() {}

    /**
     * For {@code @EnabledIf}.
     *
     * @throws AssertionError if it does not answer although the environment says that it must
     */
    static boolean answers() {
        if (!ANSWERS && System.getenv("NEURALBOX_REQUIRE_DOCKER") != null) {
            throw new AssertionError("Docker does not answer, and NEURALBOX_REQUIRE_DOCKER says that it must");
        }
        return ANSWERS;
    }

    /** Its own way to say no takes some twenty lines. */
    private static boolean ask() {
        LOGGER.setLevel(Level.OFF);
        boolean answers = DockerClientFactory.instance().isDockerAvailable();
        LOGGER.setLevel(Level.WARNING);
        if (!answers) {
            System.out.println("Docker does not answer: nothing is tried behind a real nginx or HAProxy");
        }
        return answers;
    }
}
