package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.SafeLog;

/** All log lines of the client, in one place. No prompt, text, header value or key is among the arguments. */
final class Log {

    private Log() {}

    static void resend(int attempt, NeuralBoxException reason, Duration wait) {
        SafeLog.debug(
                () -> "attempt " + attempt + " ended with " + reason.getClass().getSimpleName() + ", sending again in "
                        + TimeUnit.NANOSECONDS.toMillis(Delayer.nanos(wait)) + " ms");
    }

    static void listenerThrew(Throwable t) {
        SafeLog.warn("a GenerationListener threw; the generation goes on", t);
    }

    static void subscriberThrew(Throwable t) {
        SafeLog.warn("a Flow.Subscriber of a generation threw; the generation is cancelled", t);
    }

    static void progressThrew(Throwable t) {
        SafeLog.warn("a listener to the progress of a pending result threw", t);
    }

    static void incredibleBill() {
        SafeLog.warn("the service reported an impossible cost of a generation: below 0, above " + Billing.MOST
                + ", or with more than " + Billing.MOST_DECIMALS + " decimals; the cost counts as unknown");
    }

    static void transportThrew(Throwable t) {
        SafeLog.warn("the transport threw as a generation was cancelled", t);
    }

    static void abandoned() {
        SafeLog.warn("a GenerationStream was dropped without being read to its end or closed; it is cancelled now."
                + " Use try-with-resources");
    }
}
