package top.neuralbox;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import top.neuralbox.json.MalformedJsonException;
import top.neuralbox.sse.EventStreamHandler;
import top.neuralbox.sse.EventStreamParser;

/**
 * The hidden decoder of one stream, opened to the benchmarks: they run on the class path, where a package may have two
 * homes. Not thread-safe.
 */
public final class OpenedDecoder implements EventStreamHandler {

    private final EventStreamParser parser = new EventStreamParser();
    private final EventDecoder decoder;
    private final Consumer<? super GenerationEvent> events;
    private boolean done;

    private OpenedDecoder(EventDecoder decoder, Consumer<? super GenerationEvent> events) {
        this.decoder = decoder;
        this.events = events;
    }

    /** The decoder as it is. */
    public static OpenedDecoder of(Consumer<? super GenerationEvent> events) {
        return new OpenedDecoder(new EventDecoder(), events);
    }

    /** The decoder with every event read by the JSON parser. */
    public static OpenedDecoder withoutFastPath(Consumer<? super GenerationEvent> events) {
        return new OpenedDecoder(EventDecoder.withoutFastPath(), events);
    }

    /** Decodes the next bytes of the stream. */
    public void read(ByteBuffer chunk) {
        parser.parse(chunk, this);
    }

    /** Whether {@code [DONE]} came. */
    public boolean done() {
        return done;
    }

    @Override
    public void event(String type, byte[] data, int offset, int length, String lastEventId) {
        try {
            GenerationEvent event = decoder.decode(data, offset, length);
            if (event != null) {
                events.accept(event);
                return;
            }
            switch (decoder.signal()) {
                case DONE -> done = true;
                case ERROR -> throw new IllegalStateException("the sample holds no error");
                case KEEP_ALIVE -> {}
            }
        } catch (MalformedJsonException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads a whole stream as a call does, with its bookkeeping.
     *
     * @param keptText how many UTF-16 units of text are kept for a partial result
     */
    public static void readAsCall(Iterable<ByteBuffer> chunks, int keptText, Consumer<? super GenerationEvent> events) {
        ListenerFence nobody =
                ListenerFence.started(List.of(), new GenerationInfo("benchmark", "none", Endpoint.SERVICE, null));
        EventReader.Taker taker = event -> {
            events.accept(event);
            return true;
        };
        EventReader reader = new EventReader(Limits.defaults(), new KeptText(keptText), nobody, text -> text);
        reader.handTo(taker);
        for (ByteBuffer chunk : chunks) {
            reader.read(chunk, 0);
        }
    }
}
