package top.neuralbox.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.AllocatedBytes;

class EventStreamWriterTest {

    private final EventStreamWriter writer = new EventStreamWriter();

    @Test
    void aBlockIsItsFieldsInTheirOrderAndABlankLine() {
        writer.event("delta").id("7").retry(1500).comment("hi").data("{}").dispatch();

        assertThat(drained()).isEqualTo("event: delta\nid: 7\nretry: 1500\n: hi\ndata: {}\n\n");
    }

    @Test
    void dataIsOneLineForEachOfItsLines() {
        writer.data("a\nb\rc\r\nd\n\re").dispatch();

        assertThat(drained()).isEqualTo("data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\n\n");
    }

    @Test
    void bytesAreSplitIntoLinesLikeText() {
        byte[] bytes = "--a\nb\rc\r\nd\n\re\r--".getBytes(UTF_8);

        writer.data(bytes, 2, bytes.length - 4).dispatch();

        assertThat(drained()).isEqualTo("data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\ndata: \n\n");
    }

    @Test
    void aLineFeedBehindTheRangeIsNotPartOfItsLastLineEnd() {
        writer.data(new byte[] {'a', '\r', '\n'}, 0, 2);

        assertThat(drained()).isEqualTo("data: a\ndata: \n");
    }

    @Test
    void emptyDataIsADataLineOfItsOwn() {
        writer.data("").data(new byte[0], 0, 0).dispatch();

        assertThat(drained()).isEqualTo("data: \ndata: \n\n");
    }

    @Test
    void aCommentOfSeveralLinesStaysAComment() {
        writer.comment("a\ndata: b\r\n");

        assertThat(drained()).isEqualTo(": a\n: data: b\n: \n");
    }

    @Test
    void textIsWrittenAsUtf8() {
        String text = "\u007F \u0080 \u07FF \u0800 \uFFFF \uD800\uDC00 \uDBFF\uDFFF \uFEFF \u2028";

        writer.data(text);

        assertThat(drained()).isEqualTo("data: " + text + "\n");
    }

    @Test
    void aLoneSurrogateBecomesTheReplacementCharacter() {
        writer.data("\uD83D|\uDE00|\uDE00\uD83D|\uD83D\uD83D\uDE00|\uD83D");

        assertThat(drained()).isEqualTo("data: \uFFFD|\uFFFD|\uFFFD\uFFFD|\uFFFD\uD83D\uDE00|\uFFFD\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r", "\na"})
    void aTypeWithALineEndIsRefused(String type) {
        assertThatIllegalArgumentException().isThrownBy(() -> writer.event(type));
        assertThat(writer.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r", "\na", "a\0b"})
    void anIdWithALineEndOrNullIsRefused(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> writer.id(id));
        assertThat(writer.size()).isZero();
    }

    @Test
    void aRefusalNamesTheCharacterAndItsPlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.id("ab\n"))
                .withMessage("an event ID cannot contain U+000A, found at index 2");
    }

    @Test
    void aNegativeRetryIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> writer.retry(-1));
        assertThat(writer.size()).isZero();
    }

    @Test
    void nullIsRefusedBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> writer.data(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> writer.comment(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> writer.event(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> writer.id(null)).isInstanceOf(NullPointerException.class);
        assertThat(writer.size()).isZero();
    }

    @Test
    void aRangeOutsideOfTheArrayIsRefusedBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> writer.data(new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(writer.size()).isZero();
    }

    @Test
    void anEventLeavesInOneWrite() throws IOException {
        List<String> writes = new ArrayList<>();
        OutputStream target = new OutputStream() {
            @Override
            public void write(int value) {
                throw new AssertionError("a byte by itself");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                writes.add(new String(bytes, offset, length, UTF_8));
            }
        };

        writer.event("a").data("1\n2").dispatch().drainTo(target);
        writer.data("3").dispatch().drainTo(target);

        assertThat(writes).containsExactly("event: a\ndata: 1\ndata: 2\n\n", "data: 3\n\n");
    }

    @Test
    void aTargetThatFailsLeavesTheWriterEmpty() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("gone");
            }
        };

        assertThatThrownBy(() -> writer.data("1").drainTo(broken)).isInstanceOf(IOException.class);

        assertThat(writer.size()).isZero();
    }

    @Test
    void drainedBytesAreTheCallersOwn() {
        byte[] first = writer.data("1").drain();
        writer.data("2");

        assertThat(first).asString(UTF_8).isEqualTo("data: 1\n");
        assertThat(writer.drain()).asString(UTF_8).isEqualTo("data: 2\n");
        assertThat(writer.size()).isZero();
    }

    @Test
    void anEventAllocatesNothing() throws IOException {
        int events = 20_000;
        ByteArrayOutputStream target = new ByteArrayOutputStream(events * 100);
        byte[] data = "{\"type\": \"content_delta\", \"delta\": \"bytes\"}".getBytes(UTF_8);
        AllocatedBytes.soFar();
        write(100, data, target);
        target.reset();

        long before = AllocatedBytes.soFar();
        write(events, data, target);
        long allocated = AllocatedBytes.soFar() - before;

        assertThat(allocated).isLessThan(events / 4);
    }

    @Test
    void theEventsOfOneNetworkReadAllocateNothingTogether() throws IOException {
        OutputStream nowhere = OutputStream.nullOutputStream();
        String data = "x".repeat(40_000);
        writer.data(data).drainTo(nowhere);
        AllocatedBytes.soFar();

        long before = AllocatedBytes.soFar();
        for (int i = 0; i < 10; i++) {
            writer.data(data).drainTo(nowhere);
        }
        long allocated = AllocatedBytes.soFar() - before;

        assertThat(allocated).isLessThan(data.length());
    }

    private void write(int events, byte[] data, OutputStream target) throws IOException {
        for (int i = 0; i < events; i++) {
            writer.event("delta").data("{\"delta\": \"t\u00E9xt\"}").dispatch().drainTo(target);
            writer.data(data, 0, data.length).dispatch().drainTo(target);
        }
    }

    private String drained() {
        return new String(writer.drain(), UTF_8);
    }
}
