package top.neuralbox.transport.httpclient;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Reports what code of the application threw where the engine expects nothing to be thrown. */
final class ForeignCode {

    private static final Logger LOG = System.getLogger("top.neuralbox");

    private ForeignCode() {}

    /**
     * Logs the type alone: a message may hold data of the call. Never throws, because an exception of the log would end the I/O
     * thread with all its streams.
     *
     * @param when completes the sentence "it threw ... when"
     */
    static void threw(Throwable foreign, String when) {
        try {
            LOG.log(
                    Level.WARNING,
                    "Code outside NeuralBox, for example an interceptor, threw {0} when {1}; nothing else is affected.",
                    thrown(foreign).getClass().getName(),
                    when);
        } catch (Throwable logThrew) {
            return;
        }
    }

    /** What was thrown before it was wrapped. It is foreign code too, and may throw when it is asked. */
    private static Throwable thrown(Throwable foreign) {
        try {
            return foreign.getCause() instanceof Error error ? error : foreign;
        } catch (Throwable unreadable) {
            return foreign;
        }
    }
}
