package top.neuralbox.testkit.recording;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;

/** A recording as a file, and played again. */
class RecordingTest {

    private static final String FIRST = "{\"neuralbox_recording\": 1, \"recorded\": \"2026-03-08T12:00:00Z\"}\n";
    private static final String HEAD =
            "{\"ms\": 300.000, \"status\": 200, \"headers\": {\"Content-Type\": \"text/event-stream\"}}\n";
    private static final String BODY =
            "{\"ms\": 500.000, \"chunk\": \"data: {\\\"a\\\": \\\"ä\"}\n" + "{\"ms\": 500.250, \"base64\": \"w6TD\"}\n";
    private static final String POST = "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n";

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsWhatWasRead() throws IOException {
        String text = FIRST + HEAD + BODY + end("complete");
        Path copy = folder.resolve("copy.jsonl");
        read(text).write(copy);

        assertThat(copy).hasContent(text);
    }

    @Test
    void contentIsThatOfTheChunksHoweverTheyAreWritten() throws IOException {
        Recording recording = read(FIRST + HEAD + BODY + end("complete"));

        assertThat(recording.content())
                .isEqualTo(concat(
                        "data: {\"a\": \"ä".getBytes(UTF_8), new byte[] {(byte) 0xc3, (byte) 0xa4, (byte) 0xc3}));
        assertThat(recording.status()).isEqualTo(200);
        assertThat(recording.length()).isEqualTo(Duration.ofMillis(900));
    }

    @ParameterizedTest(name = "line {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hello                                      | 1 | it is not a JSON object
            {"neuralbox_recording": 2}                 | 1 | it must begin with "neuralbox_recording": 1
            F;{"ms": 1}                                | 2 | it needs one of "status", "chunk", "base64" and "end"
            F;{"ms": "soon", "end": "reset"}           | 2 | "ms" must be milliseconds since the request
            F;{"ms": 1e99, "end": "reset"}             | 2 | "ms" must be milliseconds since the request
            F;{"ms": 1, "end": "complete"}             | 2 | the status is missing
            F;{"ms": 1, "chunk": "a"}                  | 2 | a chunk comes before the status
            F;{"ms": 1, "status": 99, "headers": {}}   | 2 | "status" must be from 200 to 599
            F;{"ms": 1, "status": 200}                 | 2 | "headers" must be an object of strings
            F;H;H                                      | 3 | there is a status already
            F;H;{"ms": 299, "chunk": "a"}              | 3 | "ms" is lower than in the line before
            F;H;{"ms": 301, "chunk": ""}               | 3 | a chunk must not be empty
            F;H;{"ms": 301, "base64": "?"}             | 3 | "base64" must be valid base64
            F;H;{"ms": 301, "end": "well"}             | 3 | "end" must be complete, truncated, reset or cancelled
            F;H;{"ms": 301, "chu                       | 3 | it is not a JSON object
            F;H;{"ms": 301, "chunk": "a"}              | 3 | the end is missing
            F;{"ms": 1, "end": "reset"};F              | 3 | nothing may follow the end
            """)
    void brokenFileIsRefusedWithItsLine(String lines, int line, String why) {
        String text =
                lines.replace("F", FIRST.strip()).replace("H", HEAD.strip()).replace(';', '\n');

        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("some.jsonl, line " + line + ": " + why);
    }

    @Test
    void headerThatHoldsALineEndIsRefused() {
        String head = "{\"ms\": 1, \"status\": 200, \"headers\": {\"A\": \"b\\r\\nC: d\"}}\n";

        assertThatThrownBy(() -> read(FIRST + head + end("complete")))
                .hasMessage("some.jsonl, line 2: \"headers\" must be an object of strings without line ends");
    }

    @Test
    void replayHasTheSameBytesInTheSamePieces() throws IOException {
        String played = play(read(FIRST + HEAD
                        + "{\"ms\": 301, \"chunk\": \"one\"}\n{\"ms\": 302, \"chunk\": \"three\"}\n" + end("complete"))
                .script(Double.POSITIVE_INFINITY));

        assertThat(played)
                .isEqualTo("HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3\r\none\r\n5\r\nthree\r\n0\r\n\r\n");
    }

    @Test
    void truncatedStreamIsPlayedWithoutItsLastChunk() throws IOException {
        assertThat(play(read(FIRST + HEAD + "{\"ms\": 301, \"chunk\": \"one\"}\n" + end("truncated"))
                        .script(Double.POSITIVE_INFINITY)))
                .endsWith("3\r\none\r\n");
    }

    @Test
    void resetIsPlayedAsAReset() throws IOException {
        Script script = read(FIRST + end("reset")).script(Double.POSITIVE_INFINITY);

        assertThatThrownBy(() -> play(script)).isInstanceOf(SocketException.class);
    }

    @Test
    void streamThatTheClientGaveUpIsHeldOpen() throws IOException {
        Script script = read(FIRST + HEAD + end("cancelled")).script(Double.POSITIVE_INFINITY);
        try (ScriptedServer server = ScriptedServer.start();
                Socket client = new Socket("127.0.0.1", server.port())) {
            client.setSoTimeout(10_000);
            server.answer(script);
            client.getOutputStream().write(POST.getBytes(UTF_8));
            assertThat(client.getInputStream().read()).isEqualTo('H');
            assertThat(server.openConnections()).isEqualTo(1);
            client.close();
            server.awaitNoOpenConnections(Duration.ofSeconds(10));
        }
    }

    @Test
    void speedThatGoesNowhereIsRefused() throws IOException {
        Recording recording = read(FIRST + HEAD + end("complete"));

        assertThatThrownBy(() -> recording.script(0)).hasMessage("speed must be above 0: 0.0");
        assertThatThrownBy(() -> recording.script(Double.NaN)).hasMessage("speed must be above 0: NaN");
    }

    private Recording read(String text) throws IOException {
        return Recording.read(Files.writeString(folder.resolve("some.jsonl"), text));
    }

    private static String end(String end) {
        return "{\"ms\": 900.000, \"end\": \"" + end + "\"}\n";
    }

    /** All that a client sees until the end of the connection, or of the content. */
    private static String play(Script script) throws IOException {
        try (ScriptedServer server = ScriptedServer.start();
                Socket client = new Socket("127.0.0.1", server.port())) {
            client.setSoTimeout(10_000);
            server.answer(Script.builder().then(script).close().build());
            client.getOutputStream().write(POST.getBytes(UTF_8));
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
