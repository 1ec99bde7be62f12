package top.neuralbox.concurrent;

/** The log lines about threads and executors, in one place. */
final class ThreadLog {

    private ThreadLog() {}

    static void executorRefused() {
        SafeLog.warn("the client's executor refused work, or dropped it; the work runs on the client's own threads");
    }

    static void callbackThrew(Throwable t) {
        SafeLog.warn("a callback threw; nothing else is affected", t);
    }

    static void contextThrew(Throwable t) {
        SafeLog.warn("a CallContext threw; the call goes on without it", t);
    }

    static void noThread() {
        SafeLog.warn("no thread could be created for a callback; it runs later, or on another thread");
    }
}
