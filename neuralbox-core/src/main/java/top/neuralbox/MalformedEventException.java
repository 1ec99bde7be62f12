package top.neuralbox;

import java.io.Serial;

/**
 * What should be a JSON object of the service is none, or lacks what its kind needs (wire contract, part A). The message
 * says what is wrong and where, and nothing of the content. It has no stack trace: the bytes are at fault, not the code.
 */
final class MalformedEventException extends Exception {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient GenerationListener.DecodeError kind;

    private MalformedEventException(GenerationListener.DecodeError kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    /** It is no JSON object. */
    static MalformedEventException json(String message) {
        return new MalformedEventException(GenerationListener.DecodeError.JSON, message);
    }

    /** It is a JSON object of another form than its kind has. */
    static MalformedEventException schema(String message) {
        return new MalformedEventException(GenerationListener.DecodeError.SCHEMA, message);
    }

    GenerationListener.DecodeError kind() {
        return kind;
    }
}
