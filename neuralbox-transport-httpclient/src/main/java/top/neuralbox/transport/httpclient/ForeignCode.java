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
        Throwable cause = foreign.getCause() instanceof Error error ? error : foreign;
        try {
            LOG.log(
                    Level.WARNING,
                    "Code outside NeuralBox, for example an interceptor, threw {0} when {1}; nothing else is affected.",
                    cause.getClass().getName(),
                    when);
        } catch (Throwable logThrew) {
            return;
        }
    }
}
