package top.neuralbox.json;

import java.io.Serial;

/**
 * Some bytes are not one JSON object. The message says what is wrong and where, and quotes nothing of the content. It has no
 * stack trace: the bytes are at fault, not the code.
 */
public class MalformedJsonException extends Exception {

    @Serial
    private static final long serialVersionUID = 1;

    public MalformedJsonException(String message) {
        super(message, null, false, false);
    }
}
