package top.neuralbox;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportRequest;

/** The part of a request that is the same in each attempt, and the kind of answer that it requests. Immutable. */
final class RequestTemplate {

    private static final byte[] NO_BODY = {};

    private final String method;
    private final URI uri;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean stream;
    private final @Nullable BillingState bill;
    private final PartialGeneration about;

    private RequestTemplate(String method, URI uri, Map<String, String> headers, byte[] body, boolean stream) {
        this(method, uri, headers, body, stream, null, PartialGeneration.NOTHING);
    }

    private RequestTemplate(
            String method,
            URI uri,
            Map<String, String> headers,
            byte[] body,
            boolean stream,
            @Nullable BillingState bill,
            PartialGeneration about) {
        this.method = method;
        this.uri = uri;
        this.headers = headers;
        this.body = body;
        this.stream = stream;
        this.bill = bill;
        this.about = about;
    }

    /** Requests a generation as a stream of events. */
    static RequestTemplate streamed(URI endpoint, GenerationRequest request) {
        return new RequestTemplate("POST", endpoint, request.headers(), RequestEncoder.encode(request, true), true);
    }

    /** Requests a generation in one piece of JSON. */
    static RequestTemplate submitted(URI endpoint, GenerationRequest request) {
        return new RequestTemplate("POST", endpoint, request.headers(), RequestEncoder.encode(request, false), false);
    }

    /** Requests a resource, which costs nothing. */
    static RequestTemplate query(URI uri) {
        return new RequestTemplate(
                "GET", uri, Map.of(), NO_BODY, false, BillingState.NOT_CHARGED, PartialGeneration.NOTHING);
    }

    /** Requests the state of a generation. The question costs nothing; its failure says nothing about the generation's bill. */
    static RequestTemplate question(URI uri, String id) {
        PartialGeneration about = new PartialGeneration(Excerpt.name(id), null, "", false, null);
        return new RequestTemplate("GET", uri, Map.of(), NO_BODY, false, BillingState.UNKNOWN, about);
    }

    /** The billing state of each failure of the request; null if that depends on the failure. */
    @Nullable
    BillingState bill() {
        return bill;
    }

    /** What is known of the generation that the request asks about. */
    PartialGeneration about() {
        return about;
    }

    /** Whether it requests a stream of events. */
    boolean stream() {
        return stream;
    }

    /** The media type of the requested answer. */
    String accept() {
        return stream ? "text/event-stream" : "application/json";
    }

    /** The method and the path, for a message. The host is left out, because it is the caller's own. */
    String target() {
        return method + " " + uri.getRawPath();
    }

    /** A request that lacks only the fields of the client and of the attempt. */
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
