package top.neuralbox.sse;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import top.neuralbox.bytes.Utf8;

/** What a parser told of a stream. */
class RecordedEvents implements EventStreamHandler {

    /** One event, its data decoded. */
    record Event(String type, String data, String lastEventId) {}

    /** All that can be seen of a stream: its events, its last valid retry and its last event ID at the end. */
    record Outcome(List<Event> events, Long retryMillis, String lastEventId) {}

    final List<Event> events = new ArrayList<>();
    Long retryMillis;

    static Outcome ofParse(EventStreamParser parser, Iterable<ByteBuffer> pieces) {
        RecordedEvents recorded = new RecordedEvents();
        for (ByteBuffer piece : pieces) {
            parser.parse(piece, recorded);
        }
        return recorded.outcome(parser);
    }

    /** Takes one event from each call. */
    static Outcome oneByOne(EventStreamParser parser, Iterable<ByteBuffer> pieces) {
        RecordedEvents recorded = new OneByOne();
        for (ByteBuffer piece : pieces) {
            while (piece.hasRemaining()) {
                parser.parse(piece, recorded);
            }
        }
        return recorded.outcome(parser);
    }

    Outcome outcome(EventStreamParser parser) {
        return new Outcome(List.copyOf(events), retryMillis, parser.lastEventId());
    }

    @Override
    public void event(String type, byte[] data, int offset, int length, String lastEventId) {
        events.add(new Event(type, Utf8.text(data, offset, offset + length), lastEventId));
    }

    @Override
    public void retry(long millis) {
        retryMillis = millis;
    }

    /** Wants no more after each event. */
    static final class OneByOne extends RecordedEvents {
        @Override
        public boolean wantsMore() {
            return false;
        }
    }
}
