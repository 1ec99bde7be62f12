package top.neuralbox.benchmarks.decode;

import java.io.IOException;
import java.util.Locale;
import top.neuralbox.benchmarks.Mix;
import top.neuralbox.benchmarks.SampleStream;

/** Who decodes. */
public enum Subject {
    /** Our parser and decoder, without what a call does beside them. */
    NEURALBOX(Ours::decoder),
    /** The same with every event read by jackson-core. */
    NEURALBOX_NO_FAST_PATH(Ours::withoutFastPath),
    /** The reader of a call, event by event, without kept text. */
    NEURALBOX_CALL(Ours::call),
    /** The reader of a call as it is by default: it keeps the text for a partial result. */
    NEURALBOX_CALL_KEPT_TEXT(Ours::callWithKeptText),
    /** Parser and writer: bytes in, the bytes of the same events out. */
    NEURALBOX_RELAY(Ours::relay, false),
    /** The relay of a generation: its events in, a buffer for each out. */
    NEURALBOX_STREAM_RELAY(Ours::streamRelay, false),

    /** {@code BufferedReader.readLine} and a tree of the data. */
    NAIVE(Peers::naive),
    OKHTTP_SSE(Peers::okhttp),
    LANGCHAIN4J(Peers::langchain4j),
    /** {@code Flux<String>} of the SSE reader, and a tree of the data. */
    SPRING_WEBFLUX(Peers::spring),
    /** Reads Chat Completions only; it gets the same deltas in that shape, at three times the bytes. */
    OPENAI_JAVA(Peers::openai) {
        @Override
        SampleStream sample(Mix mix, int deltas) {
            return SampleStream.chat(mix, deltas);
        }
    },

    /** jackson-core on payloads that need no framing, with a parser for each, as its users write it. */
    JACKSON_CORE(Landmarks::jackson),
    /** The String and the event object of each delta, whose place is known. */
    FLOOR_STRINGS(Landmarks::strings, false),
    /** Looks at every byte for the line ends. */
    FLOOR_SCAN(Landmarks::scan, false);

    /** Makes a decoding of a sample that comes in chunks. */
    @FunctionalInterface
    private interface Preparation {
        Decoding of(SampleStream sample, int chunkBytes) throws IOException;
    }

    @SuppressWarnings("ImmutableEnumChecker") // refers to a static method
    private final Preparation preparation;

    private final boolean decodes;

    Subject(Preparation preparation) {
        this(preparation, true);
    }

    Subject(Preparation preparation, boolean decodes) {
        this.preparation = preparation;
        this.decodes = decodes;
    }

    /** Whether this is a library that an application could use instead. */
    public boolean isPeer() {
        return compareTo(NAIVE) >= 0 && compareTo(OPENAI_JAVA) <= 0;
    }

    /** Whether text comes out, which can be checked. */
    boolean decodes() {
        return decodes;
    }

    /** The sample in the shape that this subject reads. */
    SampleStream sample(Mix mix, int deltas) {
        return SampleStream.of(mix, deltas);
    }

    Decoding prepare(SampleStream sample, int chunkBytes) throws IOException {
        return preparation.of(sample, chunkBytes);
    }

    /** The name in tables and on command lines. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
