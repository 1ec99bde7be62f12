package top.neuralbox;

/** stub */
public final class GenerationFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GenerationFailedException() {}
}
