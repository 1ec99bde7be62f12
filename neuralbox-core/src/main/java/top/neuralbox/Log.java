package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Every line that the client logs, in one place: no prompt, no text, no header value and no key is among the arguments. */
final class Log {

    private static final System.Logger LOGGER = System.getLogger("top.neuralbox");

    private Log() {}

    static void resend(int attempt, NeuralBoxException reason, Duration wait) {
        LOGGER.log(
                System.Logger.Level.DEBUG,
                () -> "attempt " + attempt + " ended with " + reason.getClass().getSimpleName() + ", sending again in "
                        + TimeUnit.NANOSECONDS.toMillis(Delayer.nanos(wait)) + " ms");
    }

    static void listenerThrew(Throwable t) {
        LOGGER.log(System.Logger.Level.WARNING, "a GenerationListener threw; the generation goes on", t);
    }

    static void subscriberThrew(Throwable t) {
        LOGGER.log(
                System.Logger.Level.WARNING, "a Flow.Subscriber of a generation threw; the generation is cancelled", t);
    }

    static void progressThrew(Throwable t) {
        LOGGER.log(System.Logger.Level.WARNING, "a listener to the progress of a pending result threw", t);
    }

    static void incredibleBill() {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "the service says that a generation cost less than nothing, or more than anything can; its cost counts as"
                        + " unknown");
    }

    static void executorRefused() {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "the client's executor refused work; signals of this generation come on the transport's thread");
    }

    static void abandoned() {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "a GenerationStream was dropped without being read to its end or closed; it is cancelled now."
                        + " Use try-with-resources");
    }
}
