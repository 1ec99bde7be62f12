package top.neuralbox.testkit.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.TransportException;

/** What a recording holds, and what it does not. */
class RecordingTransportTest {

    private static final String START =
            "data: {\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}\n\n";
    private static final String DELTA = "data: {\"type\": \"content_delta\", \"delta\": \"Once\"}\n\n";
    private static final String END = "data: {\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    @TempDir
    private Path folder;

    private final FakeTransport engine = new FakeTransport();
    private final AtomicLong millis = new AtomicLong();

    @Test
    void streamIsWrittenWithItsTimesAndPiecesAndWithoutKeyPromptAndCookie() throws IOException {
        engine.answer(FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .header("Set-Cookie", "session=secret")
                .header("X-RateLimit-Remaining-Hour", "99")
                .chunk(START)
                .chunk(DELTA)
                .chunk(END + DONE)
                .build());
        generate(recorder());

        // Each look at the clock is a millisecond later.
        assertThat(only()).hasContent("""
                {"neuralbox_recording": 1, "recorded": "2026-03-08T12:00:00Z"}
                {"ms": 1.000, "status": 200, "headers": {"Content-Type": "text/event-stream", "X-RateLimit-Remaining-Hour": "99"}}
                {"ms": 2.000, "chunk": "data: {\\"type\\": \\"generation_start\\", \\"id\\": \\"gen_1\\", \\"model\\": \\"gpt-5\\"}\\n\\n"}
                {"ms": 3.000, "chunk": "data: {\\"type\\": \\"content_delta\\", \\"delta\\": \\"Once\\"}\\n\\n"}
                {"ms": 4.000, "chunk": "data: {\\"type\\": \\"generation_end\\", \\"id\\": \\"gen_1\\", \\"tokens_used\\": 3}\\n\\ndata: [DONE]\\n\\n"}
                {"ms": 5.000, "end": "complete"}
                """);
    }

    @Test
    void keyThatTheServiceEchoesIsCrossedOutHoweverItIsCut() throws IOException {
        String key = LocalNeuralBox.apiKey();
        engine.answer(FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .header("X-Request-Id", "req " + key)
                .chunk(START.replace("gen_1", key))
                .chunk(": " + key.substring(0, 20))
                .chunk(key.substring(20) + "\n\n" + DELTA + END + DONE)
                .build());
        generate(recorder());

        String crossedOut = "x".repeat(key.length());
        assertThat(only()).content().contains("req " + crossedOut).doesNotContain(key);
        assertThat(Recording.read(only()).content())
                .asString()
                .contains(": " + crossedOut + "\n")
                .doesNotContain(key);
    }

    /** A shorter beginning may be there by chance. */
    static Stream<String> beginningsOfTheKey() {
        String key = LocalNeuralBox.apiKey();
        return IntStream.range(8, key.length())
                .mapToObj(length -> key.substring(0, length))
                .flatMap(cut -> Stream.of("", "\\", "\\u", "\\u00").map(cut::concat));
    }

    @ParameterizedTest
    @MethodSource("beginningsOfTheKey")
    void keyThatTheEndCutsOffIsCrossedOut(String beginning) throws IOException {
        engine.answer(FakeAnswer.builder()
                .status(502)
                .header("Content-Type", "text/html")
                .chunk("Authorization: Bearer ")
                .chunk(beginning)
                .fail(TransportException.Kind.LOST)
                .build());
        generate(recorder());

        assertThat(Recording.read(only()).content())
                .asString()
                .isEqualTo("Authorization: Bearer " + "x".repeat(beginning.length()));
    }

    /** A wait that is given as a date counts from the date of the response. */
    @Test
    void dateOfTheResponseIsRecorded() throws IOException {
        engine.answer(FakeAnswer.builder()
                .status(429)
                .header("Content-Type", "application/json")
                .header("Date", "Sun, 08 Mar 2026 12:00:00 GMT")
                .header("Retry-After", "Sun, 08 Mar 2026 12:00:30 GMT")
                .chunk("{}")
                .build());
        generate(recorder());

        assertThat(Recording.read(only()).head().headers()).containsEntry("Date", "Sun, 08 Mar 2026 12:00:00 GMT");
    }

    @Test
    void compressedContentIsCrossedOut() throws IOException {
        engine.answer(FakeAnswer.builder()
                .status(401)
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .chunk("not to be read")
                .build());
        generate(recorder());

        assertThat(Recording.read(only()).content()).asString().isEqualTo("xxxxxxxxxxxxxx");
    }

    @Test
    void keyThatJsonEscapesIsCrossedOut() throws IOException {
        String key = LocalNeuralBox.apiKey();
        String escaped = "\\u00" + Integer.toHexString(key.charAt(0)) + key.substring(1);
        engine.answer(FakeAnswer.eventStream(START.replace("gen_1", escaped), DELTA, END, DONE));
        generate(recorder());

        assertThat(Recording.read(only()).content())
                .asString()
                .contains("x".repeat(escaped.length()))
                .doesNotContain(key.substring(1));
    }

    @Test
    void requestIsWrittenOnlyIfItIsAskedFor() throws IOException {
        engine.answer(FakeAnswer.eventStream(START, DELTA, END, DONE));
        generate(recorder().keepRequest());

        assertThat(only()).content().contains("the prompt").doesNotContain(LocalNeuralBox.apiKey());
    }

    @Test
    void textIsBlankIfItIsAskedFor() throws IOException {
        engine.answer(FakeAnswer.eventStream(START, DELTA, END, DONE));
        generate(recorder().blankText());

        assertThat(only()).content().contains("content_delta", "xxxx", "gen_1").doesNotContain("Once");
    }

    @Test
    void streamThatTheCallerCancelsEndsThere() throws IOException {
        Gate gate = new Gate();
        engine.answer(FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .chunk(START)
                .await(gate)
                .chunk(DELTA)
                .build());
        RecordingTransport transport = recorder().build();
        try (transport;
                NeuralBox client = client(transport)) {
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            client.publish(request()).subscribe(events);
            events.awaitItems(1);
            events.cancel();
            gate.open();
        }

        Recording recording = Recording.read(only());
        assertThat(recording.end()).isEqualTo(Recording.End.CANCELLED);
        assertThat(recording.content()).asString().isEqualTo(START);
    }

    @Test
    void callerWhoLeavesAfterTheLastEventLeavesAWholeStream() throws IOException {
        engine.answer(FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .chunk(START + DELTA + END + "data: [DO")
                .chunk("NE]\n\n")
                .hold()
                .build());
        generate(recorder());

        assertThat(Recording.read(only()).end()).isEqualTo(Recording.End.COMPLETE);
    }

    @Test
    void lostConnectionIsAnEndToo() throws IOException {
        engine.answer(FakeAnswer.builder()
                .header("Content-Type", "text/event-stream")
                .chunk(START)
                .fail(TransportException.Kind.LOST)
                .build());
        generate(recorder());

        assertThat(Recording.read(only()).end()).isEqualTo(Recording.End.TRUNCATED);
    }

    @Test
    void callThatGotNoConnectionLeavesNoFile() {
        engine.answer(FakeAnswer.noHead(TransportException.Kind.TLS));
        generate(recorder());

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void noFileIsWrittenOver() throws IOException {
        Files.writeString(folder.resolve("recording-1.jsonl"), "mine");
        engine.answer(FakeAnswer.eventStream(START, DELTA, END, DONE));
        generate(recorder());

        assertThat(folder.resolve("recording-1.jsonl")).hasContent("mine");
        assertThat(folder.resolve("recording-2.jsonl")).exists();
    }

    @Test
    void folderThatCannotBeMadeIsToldOnClosing() throws IOException {
        Path taken = Files.writeString(folder.resolve("taken"), "");
        engine.answer(FakeAnswer.eventStream(START, DELTA, END, DONE));
        RecordingTransport transport = RecordingTransport.builder(engine, taken).build();
        try (NeuralBox client = client(transport)) {
            assertThat(client.generate(request()).text()).isEqualTo("Once");
        }

        assertThatThrownBy(transport::close)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("a recording could not be written");
    }

    private RecordingTransport.Builder recorder() {
        return RecordingTransport.builder(engine, folder)
                .clock(() -> Instant.parse("2026-03-08T12:00:00Z"), () -> 1_000_000 * millis.getAndIncrement());
    }

    private void generate(RecordingTransport.Builder recorder) {
        try (RecordingTransport transport = recorder.build();
                NeuralBox client = client(transport)) {
            var unused = client.generateAsync(request())
                    .handle((generation, error) -> error)
                    .join();
        }
    }

    private static NeuralBox client(RecordingTransport transport) {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(URI.create("http://localhost"))
                .transport(transport)
                .build();
    }

    private static GenerationRequest request() {
        return GenerationRequest.of("gpt-5", "the prompt");
    }

    private Path only() throws IOException {
        try (var files = Files.list(folder)) {
            return files.reduce((one, other) -> {
                        throw new AssertionError("more than one file");
                    })
                    .orElseThrow();
        }
    }
}
