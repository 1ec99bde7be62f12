package top.neuralbox;

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
    private final @Nullable String model;
    private final @Nullable String assistantId;
    private final @Nullable String tenant;
    private final Map<String, String> attributes;

    GenerationInfo(
            String client,
            String transport,
            @Nullable String model,
            @Nullable String assistantId,
            @Nullable String tenant,
            Map<String, String> attributes) {
        this.client = client;
        this.transport = transport;
        this.model = model;
        this.assistantId = assistantId;
        this.tenant = tenant;
        this.attributes = attributes;
    }

    /** The client's name, as set in its builder; {@code default} if none was set. */
    public String client() {
        return client;
    }

    /** The transport's name, for example {@code httpclient}. */
    public String transport() {
        return transport;
    }

    /** The requested model; null if an assistant was requested, and for a budget that is asked for a poll or a query. */
    public @Nullable String model() {
        return model;
    }

    /** The requested assistant; null if a model was requested. */
    public @Nullable String assistantId() {
        return assistantId;
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
