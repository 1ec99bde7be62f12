package top.neuralbox.relay;

import top.neuralbox.concurrent.SafeLog;

/** The log lines of relays, in one place. No event and no text is among the arguments. */
final class RelayLog {

    private RelayLog() {}

    static void relayBroke(Throwable t) {
        SafeLog.warn("a relay failed; its generation is cancelled", t);
    }

    static void subscriberThrew(Throwable t) {
        SafeLog.warn("a Flow.Subscriber of a relay threw; the generation is cancelled", t);
    }
}
