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

    static void guardThrew(Throwable t) {
        SafeLog.warn("a CreditGuard threw; the generation goes on", t);
    }

    static void unusableField(Throwable t) {
        SafeLog.warn("a GenerationListener returned a header field that cannot be sent; it is left out", t);
    }

    static void outOfMemory(Throwable t) {
        SafeLog.warn("memory ran out while a call was ended", t);
    }

    static void subscriberThrew(Throwable t) {
        SafeLog.warn("a Flow.Subscriber of a generation threw; the generation is cancelled", t);
    }

    static void progressThrew(Throwable t) {
        SafeLog.warn("a consumer of progress threw; polling goes on", t);
    }

    static void incredibleBill() {
        SafeLog.warn("the service reported an impossible cost of a generation: below 0, above " + Billing.MOST
                + ", or with more than " + Billing.MOST_DECIMALS + " decimals; the cost counts as unknown");
    }

    static void transportThrew(Throwable t) {
        SafeLog.warn("the transport threw while a call was ended; nothing else is affected", t);
    }

    static void abandoned() {
        SafeLog.warn("a GenerationStream was dropped without being read to its end or closed; it is cancelled now."
                + " Use try-with-resources");
    }
}
