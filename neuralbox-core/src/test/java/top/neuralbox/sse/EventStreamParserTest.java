package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.sse.RecordedEvents.Event;

/** What the conformance vectors do not show: buffers, positions, who owns what, and handlers that throw. */
class EventStreamParserTest {

    private final EventStreamParser parser = new EventStreamParser();
    private final RecordedEvents recorded = new RecordedEvents();

    @Test
    void dataThatTheInputHoldsInOnePieceIsNotCopied() {
        byte[] array = "event: a\ndata: one\n\ndata: two\r\n\r\n".getBytes(UTF_8);
        List<String> slices = new ArrayList<>();

        parser.parse(ByteBuffer.wrap(array), (type, data, offset, length, id) -> {
            assertThat(data).isSameAs(array);
            slices.add(offset + "+" + length);
        });

        assertThat(slices).containsExactly("15+3", "26+3");
    }

    @Test
    void aLineThatWasCutIsHandedOnFromTheParsersOwnArray() {
        byte[] array = "data: one\n\n".getBytes(UTF_8);
        parser.parse(ByteBuffer.wrap(array, 0, 7), recorded);

        parser.parse(ByteBuffer.wrap(array, 7, 4), (type, data, offset, length, id) -> {
            assertThat(data).isNotSameAs(array);
            recorded.event(type, data, offset, length, id);
        });

        assertThat(recorded.events).containsExactly(new Event("message", "one", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void handlerThatWantsOneEventFindsThePositionRightAfterIt(String lineEnd) {
        String first = "data: one" + lineEnd + lineEnd;
        ByteBuffer input = utf8(first + "data: two" + lineEnd + lineEnd + ": end" + lineEnd);
        RecordedEvents oneByOne = new RecordedEvents.OneByOne();

        parser.parse(input, oneByOne);
        assertThat(input.position()).isEqualTo(first.length());
        parser.parse(input, oneByOne);
        assertThat(input.position()).isEqualTo(2 * first.length());
        parser.parse(input, oneByOne);
        assertThat(input.hasRemaining()).isFalse();
        assertThat(oneByOne.events).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void parseStopsRightBehindAnEventThatIsEnoughForTheHandler(boolean direct) {
        String stream = "data: one\n\ndata: two\n\ndata: three\n\n";
        ByteBuffer input = direct ? direct(stream) : utf8(stream);
        RecordedEvents twoAtATime = new RecordedEvents() {
            @Override
            public boolean wantsMore() {
                return events.size() % 2 != 0;
            }
        };

        parser.parse(input, twoAtATime);
        assertThat(input.position()).isEqualTo("data: one\n\ndata: two\n\n".length());

        parser.parse(input, twoAtATime);
        assertThat(input.hasRemaining()).isFalse();
        assertThat(twoAtATime.events).extracting(Event::data).containsExactly("one", "two", "three");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: one\n\n", "data: one\r\r", "data: one\r\n\r"})
    void anEventIsDispatchedAtTheByteThatCompletesIt(String event) {
        byte[] bytes = event.getBytes(UTF_8);
        parser.parse(ByteBuffer.wrap(bytes, 0, bytes.length - 1), recorded);
        assertThat(recorded.events).isEmpty();

        parser.parse(ByteBuffer.wrap(bytes, bytes.length - 1, 1), recorded);

        assertThat(recorded.events).hasSize(1);
    }

    @Test
    void onlyWhatLiesBetweenPositionAndLimitIsRead() {
        ByteBuffer input = utf8("data: x\n\ndata: one\n\ndata: y\n\n");

        parser.parse(input.position(9).limit(20), recorded);

        assertThat(recorded.events).containsExactly(new Event("message", "one", ""));
        assertThat(input.position()).isEqualTo(20);
    }

    @Test
    void aSliceIsReadFromItsOwnArrayOffset() {
        ByteBuffer slice = utf8("data: x\n\ndata: one\n\n").position(9).slice();

        parser.parse(slice, recorded);

        assertThat(recorded.events).containsExactly(new Event("message", "one", ""));
    }

    @Test
    void aReadOnlyBufferIsReadLikeAnyOther() {
        parser.parse(utf8("data: one\n\ndata: two\n\n").asReadOnlyBuffer(), recorded);

        assertThat(recorded.events).extracting(Event::data).containsExactly("one", "two");
    }

    @Test
    void aDirectBufferLongerThanTheWindowIsReadWhole() {
        String longText = "x".repeat(5_000);

        parser.parse(direct("data: " + longText + "\n\ndata: two\n\n"), recorded);

        assertThat(recorded.events).extracting(Event::data).containsExactly(longText, "two");
    }

    @Test
    void theInputMayBeOverwrittenAfterTheCall() {
        ByteBuffer input = utf8("event: a\ndata: one\nid: 7\ndata: tw");
        parser.parse(input, recorded);

        Arrays.fill(input.array(), (byte) '!');
        parser.parse(utf8("o\n\n"), recorded);

        assertThat(recorded.events).containsExactly(new Event("a", "one\ntwo", "7"));
    }

    @Test
    void aBeginningThatOnlyResemblesTheByteOrderMarkBelongsToTheFirstLine() {
        byte[] almostMark = {(byte) 0xEF, (byte) 0xBB, 'd', 'a', 't', 'a', ':', '1', '\n', '\n'};

        for (byte each : almostMark) {
            parser.parse(ByteBuffer.wrap(new byte[] {each}), recorded);
        }

        assertThat(recorded.events).isEmpty();
    }

    @Test
    void typesThatShareASlotAreNotMixedUp() {
        StringBuilder events = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            expected.add("t" + i % 50);
            events.append("event: t").append(i % 50).append("\ndata: x\n\n");
        }

        parser.parse(utf8(events.toString()), recorded);

        assertThat(recorded.events).extracting(Event::type).containsExactlyElementsOf(expected);
    }

    @Test
    void retryValuesBeyond64BitCountAsTheGreatest() {
        parser.parse(utf8("retry: 9223372036854775808\n"), recorded);

        assertThat(recorded.retryMillis).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theGreatestRetryValueOf64BitIsExact() {
        parser.parse(utf8("retry: 9223372036854775806\n"), recorded);

        assertThat(recorded.retryMillis).isEqualTo(9223372036854775806L);
    }

    @Test
    void anEventWhoseHandlerThrowsCountsAsRead() {
        ByteBuffer input = utf8("event: a\ndata: one\n\ndata: two\n\n");

        assertThatThrownBy(() -> parser.parse(input, EventStreamParserTest::fail))
                .isInstanceOf(Refusal.class);
        assertThat(input.position()).isEqualTo(20);
        parser.parse(input, recorded);

        assertThat(recorded.events).containsExactly(new Event("message", "two", ""));
    }

    @Test
    void anEventOfSeveralPiecesWhoseHandlerThrowsCountsAsRead() {
        parser.parse(utf8("event: a\ndata: one\ndata: more\n"), recorded);
        ByteBuffer input = direct("\ndata: two\n\n");

        assertThatThrownBy(() -> parser.parse(input, EventStreamParserTest::fail))
                .isInstanceOf(Refusal.class);
        assertThat(input.position()).isEqualTo(1);
        parser.parse(input, recorded);

        assertThat(recorded.events).containsExactly(new Event("message", "two", ""));
    }

    @Test
    void aRetryWhoseHandlerThrowsCountsAsRead() {
        parser.parse(utf8("data: one\nret"), recorded);
        ByteBuffer input = utf8("ry: 5\ndata: two\n\n");
        EventStreamHandler refusesRetry = new EventStreamHandler() {
            @Override
            public void event(String type, byte[] data, int offset, int length, String lastEventId) {}

            @Override
            public void retry(long millis) {
                throw new Refusal();
            }
        };

        assertThatThrownBy(() -> parser.parse(input, refusesRetry)).isInstanceOf(Refusal.class);
        assertThat(input.position()).isEqualTo(6);
        parser.parse(input, recorded);

        assertThat(recorded.events).containsExactly(new Event("message", "one\ntwo", ""));
    }

    @Test
    void theLastEventIdIsInForceWhenItsEventIsHandedOn() {
        List<String> seen = new ArrayList<>();

        parser.parse(utf8("id: 7\ndata: x\n\n"), (type, data, offset, length, id) -> seen.add(parser.lastEventId()));

        assertThat(seen).containsExactly("7");
    }

    @Test
    void streamThatIsResumedBeginsWithTheLastEventIdOfTheOneBefore() {
        EventStreamParser resumed = new EventStreamParser(1_000, 1_000, "7");

        assertThat(resumed.lastEventId()).isEqualTo("7");
        resumed.parse(utf8("data: x\n\nid: 8\ndata: y\n\nid\ndata: z\n\n"), recorded);

        assertThat(recorded.events)
                .containsExactly(
                        new Event("message", "x", "7"), new Event("message", "y", "8"), new Event("message", "z", ""));
    }

    @Test
    void aMissingHandlerIsRefusedBeforeAnythingIsRead() {
        ByteBuffer input = utf8("data: x\n\n");

        assertThatThrownBy(() -> parser.parse(input, null)).isInstanceOf(NullPointerException.class);
        assertThat(input.position()).isZero();
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static void fail(String type, byte[] data, int offset, int length, String lastEventId) {
        throw new Refusal();
    }

    private static final class Refusal extends RuntimeException {}
}
