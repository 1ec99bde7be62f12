package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.conformance.Splits;
import top.neuralbox.conformance.Splits.Cut;

/** The limits hold to the byte, and do not depend on how the stream is cut. */
class EventStreamLimitsTest {

    private static final String BEFORE = "data: before\n\n";
    private static final String AFTER = "\ndata: after\n\n";
    private static final int MAX_LINE = 30;
    private static final int MAX_EVENT = 40;

    @ParameterizedTest
    @ValueSource(strings = {"data: ", "data:", ": ", "unknown: ", "unknown", "event: ", "id: ", "retry: "})
    void aLineOfExactlyTheLimitPasses(String beginning) {
        everyCut(BEFORE + beginning + "1".repeat(MAX_LINE - beginning.length()) + "\n" + AFTER, cut -> {
            RecordedEvents recorded = new RecordedEvents();
            feed(cut, recorded);
            assertThat(recorded.events).last().extracting("data").isEqualTo("after");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: ", "data:", ": ", "unknown: ", "unknown", "event: ", "id: ", "retry: "})
    void aLineOfOneByteMoreBreaksTheStreamBehindTheEventsBefore(String beginning) {
        everyCut(BEFORE + beginning + "1".repeat(MAX_LINE - beginning.length() + 1) + "\n" + AFTER, cut -> {
            RecordedEvents recorded = new RecordedEvents();
            assertThatThrownBy(() -> feed(cut, recorded))
                    .isInstanceOf(EventStreamLimitException.class)
                    .hasMessage("a line of the event stream is longer than 30 bytes");
            assertThat(recorded.events).hasSize(1);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void lineEndsDoNotCountForTheLine(String lineEnd) {
        everyCut("data: " + "x".repeat(MAX_LINE - 6) + lineEnd + lineEnd, cut -> {
            RecordedEvents recorded = new RecordedEvents();
            feed(cut, recorded);
            assertThat(recorded.events).hasSize(1);
        });
    }

    @Test
    void theByteOrderMarkDoesNotCountForTheLine() {
        everyCut("\uFEFFdata: " + "x".repeat(MAX_LINE - 6) + "\n\n", cut -> {
            RecordedEvents recorded = new RecordedEvents();
            feed(cut, recorded);
            assertThat(recorded.events).hasSize(1);
        });
    }

    @Test
    void aBeginningThatOnlyResemblesTheByteOrderMarkCountsForTheLine() {
        EventStreamParser parser = new EventStreamParser(1, 1);
        parser.parse(ByteBuffer.wrap(new byte[] {(byte) 0xEF}), new RecordedEvents());
        parser.parse(ByteBuffer.wrap(new byte[] {(byte) 0xBB}), new RecordedEvents());

        assertThatThrownBy(() -> parser.parse(ByteBuffer.wrap(new byte[] {'\n'}), new RecordedEvents()))
                .isInstanceOf(EventStreamLimitException.class);
    }

    @Test
    void anUnendedLineBreaksTheLimitBeforeItsEndIsThere() {
        assertThat(catchThrowable(() -> feed(whole("x".repeat(MAX_LINE + 1)), new RecordedEvents())))
                .isInstanceOfSatisfying(
                        EventStreamLimitException.class,
                        broken -> assertThat(broken.limit()).isEqualTo(MAX_LINE));
    }

    @Test
    void dataOfExactlyTheLimitPassesItsLineFeedsCounted() {
        everyCut("data: " + "x".repeat(20) + "\ndata: " + "y".repeat(18) + "\ndata\n" + AFTER, cut -> {
            RecordedEvents recorded = new RecordedEvents();
            feed(cut, recorded);
            assertThat(recorded.events).hasSize(2);
            assertThat(recorded.events.get(0).data()).hasSize(MAX_EVENT);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"data\ndata\n", "data: z\n"})
    void dataOfOneByteMoreBreaksTheStream(String oneMore) {
        everyCut(BEFORE + "data: " + "x".repeat(20) + "\ndata: " + "y".repeat(18) + "\n" + oneMore + AFTER, cut -> {
            RecordedEvents recorded = new RecordedEvents();
            assertThatThrownBy(() -> feed(cut, recorded))
                    .isInstanceOf(EventStreamLimitException.class)
                    .hasMessage("the data of an event is longer than 40 bytes");
            assertThat(recorded.events).hasSize(1);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theOnlyDataLineOfAnEventHasTheSameLimit(int more) {
        everyCut("data:" + "x".repeat(10 + more) + "\n\n", cut -> {
            RecordedEvents recorded = new RecordedEvents();
            EventStreamParser parser = new EventStreamParser(MAX_LINE, 10);
            Throwable thrown = catchThrowable(() -> cut.pieces().forEach(piece -> parser.parse(piece, recorded)));
            assertThat(thrown != null).isEqualTo(more == 1);
            assertThat(recorded.events).hasSize(1 - more);
        });
    }

    @Test
    void aParserWhoseLimitWasBrokenRefusesToGoOn() {
        EventStreamParser parser = new EventStreamParser(MAX_LINE, MAX_EVENT);
        assertThatThrownBy(() -> parser.parse(utf8("x".repeat(31)), new RecordedEvents()))
                .isInstanceOf(EventStreamLimitException.class);

        assertThatThrownBy(() -> parser.parse(utf8("\n"), new RecordedEvents()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theDefaultLimitsAreOneMebibyteALineAndFourAnEvent() {
        String longestLine = "data: " + "x".repeat((1 << 20) - 6) + "\n";
        EventStreamParser parser = new EventStreamParser();
        RecordedEvents recorded = new RecordedEvents();

        parser.parse(utf8(longestLine.repeat(4) + "data: " + "x".repeat(20) + "\n\n"), recorded);

        assertThat(recorded.events.get(0).data()).hasSize(4 << 20);
        assertThatThrownBy(() -> new EventStreamParser().parse(utf8("x" + longestLine), recorded))
                .isInstanceOf(EventStreamLimitException.class);
        assertThatThrownBy(() -> parser.parse(utf8(longestLine.repeat(4) + "data: " + "x".repeat(21) + "\n"), recorded))
                .isInstanceOf(EventStreamLimitException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, (1 << 30) + 1, Integer.MAX_VALUE})
    void aLimitOutOfItsRangeIsRefused(int limit) {
        assertThatThrownBy(() -> new EventStreamParser(limit, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("maxLineBytes");
        assertThatThrownBy(() -> new EventStreamParser(1, limit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("maxEventBytes");
    }

    private interface Check {
        void accept(Cut cut);
    }

    private static void everyCut(String stream, Check check) {
        Splits.of(stream.getBytes(UTF_8)).forEach(check::accept);
    }

    private static Cut whole(String stream) {
        return new Cut("whole", stream.getBytes(UTF_8));
    }

    private static void feed(Cut cut, EventStreamHandler handler) {
        EventStreamParser parser = new EventStreamParser(MAX_LINE, MAX_EVENT);
        cut.pieces().forEach(piece -> parser.parse(piece, handler));
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
