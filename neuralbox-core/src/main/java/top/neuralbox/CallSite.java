package top.neuralbox;

/**
 * Where a caller waited for a failure that another thread found: the failure's own stack is that thread's, and leads
 * nobody to the line that asked. It is added to the failure as suppressed, so a printed stack trace shows both.
 */
final class CallSite extends RuntimeException {

    private static final long serialVersionUID = 1;

    private CallSite() {
        super("this call waited for it");
    }

    /** The failure, which names the line that waits for it. A failure that is thrown again keeps its first line. */
    static NeuralBoxException named(NeuralBoxException failure) {
        for (Throwable suppressed : failure.getSuppressed()) {
            if (suppressed instanceof CallSite) {
                return failure;
            }
        }
        failure.addSuppressed(new CallSite());
        return failure;
    }
}
