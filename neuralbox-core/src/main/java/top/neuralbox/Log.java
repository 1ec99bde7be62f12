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
                "the client's executor refused work, or dropped it; it is done on threads of the client's own");
    }

    static void callbackThrew(Throwable t) {
        LOGGER.log(System.Logger.Level.WARNING, "a callback threw; nothing else is affected", t);
    }

    static void transportThrew(Throwable t) {
        LOGGER.log(System.Logger.Level.WARNING, "the transport threw as a generation was cancelled", t);
    }

    static void contextThrew(Throwable t) {
        LOGGER.log(System.Logger.Level.WARNING, "a CallContext threw; the call goes on without it", t);
    }

    static void relayBroke(Throwable t) {
        LOGGER.log(System.Logger.Level.WARNING, "a relay failed; its generation is cancelled", t);
    }

    static void noThread() {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "no thread could be made for a callback; it waits until a thread is free, for a second at the most");
    }

    static void abandoned() {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "a GenerationStream was dropped without being read to its end or closed; it is cancelled now."
                        + " Use try-with-resources");
    }
}
