package top.neuralbox.benchmarks.endtoend;

import java.util.Locale;
import java.util.function.Supplier;

/** Who reads a stream. */
public enum Subject {
    /** A thread on a socket, which knows just enough HTTP, with our decoder. */
    RAW_SOCKET(true, RawSocket::new),
    /** HttpClient 5 alone, with its own defaults and our decoder. */
    HTTPCLIENT_BARE(false, () -> new BareHttpClient(0)),
    /** The same with buffers as small as ours. */
    HTTPCLIENT_BARE_SMALL(false, () -> new BareHttpClient(2 * 1024)),
    /** Vert.x alone, with its own defaults and our decoder. */
    VERTX_BARE(false, BareVertx::new),

    NEURALBOX_STREAM_HTTPCLIENT(true, () -> new NeuralBoxStream(NeuralBoxClients.onHttpClient(0))),
    NEURALBOX_PUBLISH_HTTPCLIENT(false, () -> new NeuralBoxPublish(NeuralBoxClients.onHttpClient(0))),
    NEURALBOX_STREAM_VERTX(true, () -> new NeuralBoxStream(NeuralBoxClients.onVertx(0))),
    NEURALBOX_PUBLISH_VERTX(false, () -> new NeuralBoxPublish(NeuralBoxClients.onVertx(0))),
    /** The same, with the text kept for a partial result, as by default. */
    NEURALBOX_PUBLISH_VERTX_KEPT_TEXT(false, () -> new NeuralBoxPublish(NeuralBoxClients.onVertx(1024 * 1024))),

    OKHTTP_SSE(false, PeerClients.OkHttp::new),
    LANGCHAIN4J_JDK(false, PeerClients.LangChain4j::new),
    SPRING_WEBCLIENT(false, SpringWebClient::new),
    HTTPURLCONNECTION(true, PeerClients.UrlConnection::new),
    /** Reads Chat Completions only; it gets the same deltas in that shape, at three times the bytes. */
    OPENAI_JAVA(true, PeerClients.OpenAi::new);

    private final boolean waits;

    @SuppressWarnings("ImmutableEnumChecker") // refers to a constructor
    private final Supplier<StreamClient> client;

    Subject(boolean waits, Supplier<StreamClient> client) {
        this.waits = waits;
        this.client = client;
    }

    /** Whether opening a stream takes the caller's thread until its end, so that each stream needs one. */
    boolean waits() {
        return waits;
    }

    boolean isPeer() {
        return compareTo(OKHTTP_SSE) >= 0;
    }

    /** The engine below, for one of ours; else a socket. */
    Subject bare() {
        return name().contains("HTTPCLIENT") ? HTTPCLIENT_BARE : name().contains("VERTX") ? VERTX_BARE : RAW_SOCKET;
    }

    StreamClient client() {
        return client.get();
    }

    /** The shape in which the server has to speak. */
    String shape() {
        return this == OPENAI_JAVA ? "chat" : "neuralbox";
    }

    /** The name in tables and on command lines. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
