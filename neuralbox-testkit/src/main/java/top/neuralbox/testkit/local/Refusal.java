package top.neuralbox.testkit.local;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.json.PlainJson;

/** An error answer of the service, before a stream begins (wire contract, part B). */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, @Nullable Object> body = new LinkedHashMap<>();
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    Refusal(int status, String code, String message) {
        this(status, code, message, Map.of());
    }

    Refusal(int status, String code, String message, Map<String, ?> details) {
        super(message, null, false, false);
        this.status = status;
        headers.put("Content-Type", "application/json");
        body.put("error", code);
        body.put("message", message);
        body.put("details", new LinkedHashMap<>(details));
    }

    static Refusal notAuthenticated() {
        Refusal refusal = new Refusal(401, "not_authenticated", "The API key is missing or malformed.");
        refusal.headers.put("WWW-Authenticate", "Bearer");
        return refusal;
    }

    static Refusal insufficientTokens() {
        return new Refusal(402, "insufficient_tokens", "The balance is zero.");
    }

    static Refusal notFound(String what) {
        return new Refusal(404, "not_found", what + " does not exist.");
    }

    static Refusal methodNotAllowed(String allowed) {
        Refusal refusal = new Refusal(405, "method_not_allowed", "Use " + allowed + ".");
        refusal.headers.put("Allow", allowed);
        return refusal;
    }

    static Refusal rateLimited(long retryAfterSeconds) {
        return new Refusal(429, "rate_limit_exceeded", "Too many requests.").with("retry_after", retryAfterSeconds);
    }

    /** Adds a field to {@code error}, {@code message} and {@code details}. */
    Refusal with(String field, Object value) {
        body.put(field, value);
        return this;
    }

    int status() {
        return status;
    }

    /** The header fields of this answer. */
    Map<String, String> headers() {
        return headers;
    }

    byte[] json() {
        return PlainJson.write(body).getBytes(StandardCharsets.UTF_8);
    }
}
