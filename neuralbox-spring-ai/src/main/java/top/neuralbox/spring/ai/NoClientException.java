package top.neuralbox.spring.ai;

/** The model of NeuralBox is chosen, but there is no client. {@link NoClientFailureAnalyzer} explains it. */
final class NoClientException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    NoClientException(String message) {
        super(message);
    }
}
