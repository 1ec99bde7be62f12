package top.neuralbox;

/**
 * The stack of a caller that waited for a failure of another thread. The failure's own stack belongs to that other thread,
 * so it does not show the caller's line. A CallSite is added to the failure as suppressed; a printed stack trace shows both.
 */
final class CallSite extends RuntimeException {

    private static final long serialVersionUID = 1;

    private CallSite() {
        super("the caller waited here for the result");
    }

    /** Adds the current line to the failure. A failure that is thrown again keeps its first line. */
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
