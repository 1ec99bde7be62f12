package top.neuralbox;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import top.neuralbox.transport.TransportRequest;

/** Decides which header fields a caller may add to a request. */
final class HeaderFields {

    /** Fields that the client or the engine sets itself, or that would change the framing of a message. */
    private static final Set<String> RESERVED = Set.of(
            "accept",
            "accept-encoding",
            "authorization",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "keep-alive",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "user-agent");

    private static final URI ANYWHERE = URI.create("http://localhost/");

    private HeaderFields() {}

    /**
     * Checks a field when it is configured, so that the stack trace shows the caller's line.
     *
     * @throws IllegalArgumentException if the client sets the field itself, or the field is not well-formed; the message does
     *     not repeat the value
     */
    static void requireUsable(String name, String value) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("header " + name + " is set by the client itself");
        }
        // The SPI checks the grammar of fields, so that the rule is in one place.
        TransportRequest.builder("POST", ANYWHERE).header(name, value);
    }
}
