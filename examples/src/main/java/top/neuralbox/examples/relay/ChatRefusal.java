package top.neuralbox.examples.relay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.Serial;
import java.nio.charset.StandardCharsets;

/** A request that is refused before anything is generated, in the form of the service's own error answers. */
public final class ChatRefusal extends Exception {

    @Serial
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    public ChatRefusal(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    public int status() {
        return status;
    }

    public byte[] json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("error", code)
                .put("message", getMessage())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }
}
