package top.neuralbox.benchmarks.endtoend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Who reads a stream. */
public enum Subject {
    /** A thread on a socket, which knows just enough HTTP, with our decoder. */
    RAW_SOCKET(true, wire -> new RawSocket(false)),
    /** The same with a second thread that decodes: what handing chunks over costs at the least. */
    RAW_SOCKET_HAND_OVER(true, wire -> new RawSocket(true)),
    /** HttpClient 5 alone, with its own defaults and our decoder. */
    HTTPCLIENT_BARE(false, wire -> new BareHttpClient(wire, 0)),
    /** The same with buffers of the size of ours. */
    HTTPCLIENT_BARE_SMALL(false, wire -> new BareHttpClient(wire, 4 * 1024)),
    /** Vert.x alone, with its own defaults and our decoder. */
    VERTX_BARE(false, wire -> new BareVertx(wire, false)),
    /** The same with an event loop per processor and the streams opened on all of them in turn, as ours has it. */
    VERTX_BARE_SPREAD(false, wire -> new BareVertx(wire, true)),

    NEURALBOX_STREAM_HTTPCLIENT(true, wire -> new NeuralBoxStream(NeuralBoxClients.onHttpClient(wire))),
    NEURALBOX_PUBLISH_HTTPCLIENT(false, wire -> new NeuralBoxPublish(NeuralBoxClients.onHttpClient(wire))),
    NEURALBOX_STREAM_VERTX(true, wire -> new NeuralBoxStream(NeuralBoxClients.onVertx(wire))),
    NEURALBOX_PUBLISH_VERTX(false, wire -> new NeuralBoxPublish(NeuralBoxClients.onVertx(wire))),
    NEURALBOX_PUBLISH_HTTPCLIENT_WITHOUT_TEXT(Feature.WITHOUT_TEXT),
    NEURALBOX_PUBLISH_VERTX_WITHOUT_TEXT(
            false, wire -> new NeuralBoxPublish(NeuralBoxClients.onVertx(wire, Feature.WITHOUT_TEXT))),
    NEURALBOX_PUBLISH_HTTPCLIENT_METRICS(Feature.METRICS),
    NEURALBOX_PUBLISH_HTTPCLIENT_TRACING(Feature.TRACING),
    NEURALBOX_PUBLISH_HTTPCLIENT_BUDGET(Feature.BUDGET),
    NEURALBOX_PUBLISH_HTTPCLIENT_ADMISSION(Feature.ADMISSION),
    /** Metrics, tracing, a budget and admission together. */
    NEURALBOX_PUBLISH_HTTPCLIENT_EVERYTHING(Feature.METRICS, Feature.TRACING, Feature.BUDGET, Feature.ADMISSION),
    NEURALBOX_PUBLISH_VERTX_EVERYTHING(
            false,
            wire -> new NeuralBoxPublish(NeuralBoxClients.onVertx(
                    wire, Feature.METRICS, Feature.TRACING, Feature.BUDGET, Feature.ADMISSION))),

    OKHTTP_SSE(false, wire -> new PeerClients.OkHttp()),
    /** Reads on a pool's thread, or on the caller's if the head was faster than the one who asked for it. */
    LANGCHAIN4J_JDK(true, wire -> new PeerClients.LangChain4j()),
    SPRING_WEBCLIENT(false, wire -> new SpringWebClient()),
    HTTPURLCONNECTION(true, wire -> new PeerClients.UrlConnection()),
    /** Reads Chat Completions only; it gets the same deltas in that shape, at three times the bytes. */
    OPENAI_JAVA(true, wire -> new PeerClients.OpenAi());

    /** One of ours by itself, with each feature, and with all of them. */
    static final List<Subject> FEATURES = List.of(
            HTTPCLIENT_BARE,
            NEURALBOX_PUBLISH_HTTPCLIENT,
            NEURALBOX_PUBLISH_HTTPCLIENT_WITHOUT_TEXT,
            NEURALBOX_PUBLISH_HTTPCLIENT_METRICS,
            NEURALBOX_PUBLISH_HTTPCLIENT_TRACING,
            NEURALBOX_PUBLISH_HTTPCLIENT_BUDGET,
            NEURALBOX_PUBLISH_HTTPCLIENT_ADMISSION,
            NEURALBOX_PUBLISH_HTTPCLIENT_EVERYTHING,
            VERTX_BARE,
            NEURALBOX_PUBLISH_VERTX,
            NEURALBOX_PUBLISH_VERTX_EVERYTHING);

    /** What a table without the features compares. */
    static final List<Subject> PLAIN = Arrays.stream(values())
            .filter(subject -> subject.compareTo(NEURALBOX_PUBLISH_HTTPCLIENT_METRICS) < 0
                    || subject.compareTo(NEURALBOX_PUBLISH_VERTX_EVERYTHING) > 0)
            .toList();

    /** Ours as an application has it. */
    static final List<Subject> OURS = List.of(
            NEURALBOX_STREAM_HTTPCLIENT, NEURALBOX_PUBLISH_HTTPCLIENT, NEURALBOX_STREAM_VERTX, NEURALBOX_PUBLISH_VERTX);

    /**
     * What a run of one evening compares: no variant of an engine or of ours that only explains a figure, and not the two peers
     * that are the slowest by far.
     */
    static final List<Subject> EVENING = PLAIN.stream()
            .filter(subject ->
                    subject != HTTPCLIENT_BARE_SMALL && subject != HTTPURLCONNECTION && subject != OPENAI_JAVA)
            .filter(subject -> !subject.name().endsWith("WITHOUT_TEXT"))
            .toList();

    private final boolean waits;

    @SuppressWarnings("ImmutableEnumChecker") // refers to a constructor
    private final Function<Wire, StreamClient> client;

    Subject(Feature... features) {
        this(false, wire -> new NeuralBoxPublish(NeuralBoxClients.onHttpClient(wire, features)));
    }

    Subject(boolean waits, Function<Wire, StreamClient> client) {
        this.waits = waits;
        this.client = client;
    }

    /** Whether opening a stream takes the caller's thread until its end, or may, so that each stream needs one. */
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

    /** Whether it can speak TLS and HTTP/2 here: the engines and ours. */
    boolean speaks(Wire wire) {
        return wire == Wire.CLEAR || (!isPeer() && !name().startsWith("RAW"));
    }

    StreamClient client(Wire wire) {
        return client.apply(wire);
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
