package top.neuralbox;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a generation at its start, for a {@link GenerationListener}. Immutable.
 *
 * @since 0.1.0
 */
public final class GenerationInfo {

    private final String client;
    private final String transport;
    private final String serverAddress;
    private final int serverPort;
    private final boolean stream;
    private final @Nullable String model;
    private final @Nullable String assistantId;
    private final @Nullable Double temperature;
    private final @Nullable Integer maxTokens;
    private final @Nullable String tenant;
    private final Map<String, String> attributes;

    /**
     * The facts about a call. The request itself is not kept: listeners may keep this for a long time, and must not see the
     * text of a request.
     *
     * @param endpoint the URI to which the request is sent
     * @param stream whether the answer is asked for as a stream
     */
    GenerationInfo(String client, String transport, URI endpoint, boolean stream, GenerationRequest request) {
        this.client = client;
        this.transport = transport;
        this.serverAddress = Endpoint.host(endpoint);
        this.serverPort = Endpoint.port(endpoint);
        this.stream = stream;
        this.model = request.model();
        this.assistantId = request.assistantId();
        this.temperature = request.temperature();
        this.maxTokens = request.maxTokens();
        this.tenant = request.tenant();
        this.attributes = request.attributes();
    }

    /** The facts about a poll or an account lookup. */
    GenerationInfo(String client, String transport, URI endpoint, @Nullable String tenant) {
        this.client = client;
        this.transport = transport;
        this.serverAddress = Endpoint.host(endpoint);
        this.serverPort = Endpoint.port(endpoint);
        this.stream = false;
        this.model = null;
        this.assistantId = null;
        this.temperature = null;
        this.maxTokens = null;
        this.tenant = tenant;
        this.attributes = Map.of();
    }

    /** The client's name, as set in its builder; {@code default} if none was set. */
    public String client() {
        return client;
    }

    /** The transport's name, for example {@code httpclient}. */
    public String transport() {
        return transport;
    }

    /** The host of the client's base URI, an IPv6 address without its brackets. A proxy in between is not named. */
    public String serverAddress() {
        return serverAddress;
    }

    /** The port of the client's base URI, from 1 to 65535; the default port of the scheme if the URI names none. */
    public int serverPort() {
        return serverPort;
    }

    /** Whether the answer is asked for as a stream; false for {@link NeuralBox#submit}. */
    public boolean streams() {
        return stream;
    }

    /** The requested model; null if an assistant was requested, or if a budget is asked about a poll or an account lookup. */
    public @Nullable String model() {
        return model;
    }

    /** The requested assistant; null if a model was requested. */
    public @Nullable String assistantId() {
        return assistantId;
    }

    /** The requested temperature; null if the request leaves it to the service. */
    public @Nullable Double temperature() {
        return temperature;
    }

    /** The most tokens of the language model that the answer may have, as requested; null if the request sets no bound. */
    public @Nullable Integer maxTokens() {
        return maxTokens;
    }

    /** The tenant that the request names; null if it names none. */
    public @Nullable String tenant() {
        return tenant;
    }

    /** The request's attributes ({@link GenerationRequest.Builder#attribute}). Unmodifiable; empty if it has none. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** Client, transport, and model or assistant. An attribute may be the name of a person, so none is shown. */
    @Override
    public String toString() {
        return "GenerationInfo[client=" + client + ", transport=" + transport + ", model=" + model + ", assistantId="
                + assistantId + "]";
    }
}
