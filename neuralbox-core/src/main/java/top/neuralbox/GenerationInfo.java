package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a generation when it starts, for a {@link GenerationListener}. Immutable.
 *
 * @since 0.1.0
 */
public final class GenerationInfo {

    private final String client;
    private final String transport;
    private final @Nullable String model;
    private final @Nullable String assistantId;
    private final @Nullable String tenant;

    GenerationInfo(
            String client,
            String transport,
            @Nullable String model,
            @Nullable String assistantId,
            @Nullable String tenant) {
        this.client = client;
        this.transport = transport;
        this.model = model;
        this.assistantId = assistantId;
        this.tenant = tenant;
    }

    /** The client's name, as its builder was told; {@code default} otherwise. */
    public String client() {
        return client;
    }

    /** The transport's name, for example {@code httpclient}. */
    public String transport() {
        return transport;
    }

    /** The model that was asked for; null if an assistant was. */
    public @Nullable String model() {
        return model;
    }

    /** The assistant that was asked for; null if a model was. */
    public @Nullable String assistantId() {
        return assistantId;
    }

    /** For whom it is, as the request was told; null if it was not. */
    public @Nullable String tenant() {
        return tenant;
    }

    @Override
    public String toString() {
        return "GenerationInfo[client=" + client + ", transport=" + transport + ", model=" + model + ", assistantId="
                + assistantId + "]";
    }
}
