package top.neuralbox;

import java.io.Serial;
import top.neuralbox.json.MalformedJsonException;

/** A JSON object of the service lacks a field that its type needs (wire contract, part A). */
final class MalformedEventException extends MalformedJsonException {

    @Serial
    private static final long serialVersionUID = 1;

    MalformedEventException(String message) {
        super(message);
    }
}
