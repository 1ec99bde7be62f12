package top.neuralbox;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import top.neuralbox.UnexpectedResponseException.Reason;
import top.neuralbox.transport.TransportResponse;

/** Classifies a response by its status and content type, before a byte of the body is read. */
final class ResponseGate {

    /** The kinds of response. */
    enum Verdict {
        /** A stream of events. */
        STREAM,
        /** An answer in one piece of JSON. */
        ANSWER,
        /** An error answer. */
        ERROR,
        /** A redirect. */
        REDIRECT,
        /** No content. */
        EMPTY,
        /** Compressed content. */
        ENCODED,
        /** Another content type. */
        FOREIGN
    }

    private ResponseGate() {}

    /**
     * Classifies a response.
     *
     * @param stream whether a stream was requested, rather than an answer in one piece
     */
    static Verdict judge(TransportResponse response, boolean stream) {
        int status = response.status();
        if (status >= 400) {
            return Verdict.ERROR;
        }
        if (status >= 300) {
            return Verdict.REDIRECT;
        }
        if (status == 204 || status == 205) {
            return Verdict.EMPTY;
        }
        String encoding = response.header("Content-Encoding");
        if (encoding != null && !encoding.isBlank() && !encoding.trim().equalsIgnoreCase("identity")) {
            return Verdict.ENCODED;
        }
        String type = mediaType(response.header("Content-Type"));
        if (type.equals("text/event-stream")) {
            return stream ? Verdict.STREAM : Verdict.FOREIGN;
        }
        if ("0".equals(response.header("Content-Length"))) {
            return Verdict.EMPTY;
        }
        if (type.equals("application/json") || type.endsWith("+json")) {
            return Verdict.ANSWER;
        }
        if (!type.isEmpty()) {
            return Verdict.FOREIGN;
        }
        // Some gateways drop the field. A body that is no event stream then ends as truncated.
        return stream ? Verdict.STREAM : Verdict.ANSWER;
    }

    /** The failure of a response whose body cannot be used. An excerpt helps to recognise a login page. */
    static Failure failure(
            TransportResponse response, Verdict verdict, String accept, String excerpt, Redaction redaction) {
        return switch (verdict) {
            case REDIRECT ->
                unexpected(
                        Reason.REDIRECT,
                        redaction,
                        response.header("Location") == null
                                ? "the service answered with status " + response.status()
                                        + ", which is neither a result nor an error of the service; check the base URI"
                                : "the service answered with a redirect (status " + response.status() + ") to "
                                        + origin(String.valueOf(response.header("Location")))
                                        + "; redirects are not followed: check the base URI");
            case ENCODED ->
                unexpected(
                        Reason.CONTENT_ENCODING,
                        redaction,
                        "the answer is compressed, but the request did not accept that; a gateway may have compressed it");
            case EMPTY ->
                unexpected(Reason.EMPTY, redaction, "the answer (status " + response.status() + ") has no content");
            default ->
                unexpected(
                        Reason.CONTENT_TYPE,
                        redaction,
                        "the answer (status " + response.status() + ") is "
                                + Excerpt.of(String.valueOf(response.header("Content-Type")))
                                + ", not " + accept + "; check the base URI"
                                + (excerpt.isEmpty() ? "" : ". It begins: " + excerpt));
        };
    }

    private static Failure unexpected(Reason reason, Redaction redaction, String message) {
        String safe = String.valueOf(redaction.of(message));
        return facts -> new UnexpectedResponseException(reason, safe, null, facts);
    }

    /** Type and subtype in lower case, without parameters (RFC 9110, section 8.3.1). */
    private static String mediaType(@Nullable String contentType) {
        if (contentType == null) {
            return "";
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
    }

    /** Only the scheme, host and port of a redirect, because its other parts may hold a token. */
    private static String origin(String location) {
        try {
            URI target = URI.create(location);
            if (target.getRawAuthority() == null) {
                return target.getScheme() == null ? "a path on the same host" : "a target without a host";
            }
            if (target.getHost() == null) {
                return "a malformed target";
            }
            String scheme = target.getScheme() == null ? "" : target.getScheme() + ":";
            return scheme + "//" + target.getHost() + (target.getPort() < 0 ? "" : ":" + target.getPort());
        } catch (IllegalArgumentException e) {
            return "a malformed target";
        }
    }
}
