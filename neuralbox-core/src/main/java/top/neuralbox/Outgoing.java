package top.neuralbox;

import java.net.URI;
import java.util.Map;
import top.neuralbox.transport.TransportRequest;

/** What is sent, alike in each attempt, and the kind of answer that is asked for. Immutable. */
final class Outgoing {

    private static final byte[] NO_BODY = {};

    private final String method;
    private final URI uri;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean stream;

    private Outgoing(String method, URI uri, Map<String, String> headers, byte[] body, boolean stream) {
        this.method = method;
        this.uri = uri;
        this.headers = headers;
        this.body = body;
        this.stream = stream;
    }

    /** Asks for a generation as a stream of events. */
    static Outgoing streamed(URI endpoint, GenerationRequest request) {
        return new Outgoing("POST", endpoint, request.headers(), RequestEncoder.encode(request, true), true);
    }

    /** Asks for a generation in one piece of JSON. */
    static Outgoing submitted(URI endpoint, GenerationRequest request) {
        return new Outgoing("POST", endpoint, request.headers(), RequestEncoder.encode(request, false), false);
    }

    /** Asks for a resource, which costs nothing. */
    static Outgoing query(URI uri) {
        return new Outgoing("GET", uri, Map.of(), NO_BODY, false);
    }

    /** Whether a stream of events is asked for. */
    boolean stream() {
        return stream;
    }

    /** The media type of the answer that is asked for. */
    String accept() {
        return stream ? "text/event-stream" : "application/json";
    }

    /** The method and the path, for a message: the host is the caller's own. */
    String target() {
        return method + " " + uri.getRawPath();
    }

    /** A request in which only what belongs to the client and the attempt is missing. */
    TransportRequest.Builder request(Map<String, String> traceHeaders, Map<String, String> clientHeaders) {
        TransportRequest.Builder request = TransportRequest.builder(method, uri);
        traceHeaders.forEach(request::header);
        clientHeaders.forEach(request::header);
        headers.forEach(request::header);
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        return request.header("Accept", accept()).body(body);
    }
}
