package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.vertx.Calls.awaitTurnsOfTheEventLoops;
import static top.neuralbox.transport.vertx.Calls.head;
import static top.neuralbox.transport.vertx.Calls.subscribe;
import static top.neuralbox.transport.vertx.Calls.text;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** What the engine has read while it was paused: more than is kept ahead here, and less than makes it stop reading. */
class ReadAheadTest {

    private static final byte[] CONTENT = new byte[2 * ResponseFlow.HIGH_WATER_MARK];

    private ScriptedServer server;
    private VertxTransport transport;

    @BeforeEach
    void open() {
        server = ScriptedServer.start();
        transport = VertxTransport.create();
    }

    @AfterEach
    void close() {
        transport.close();
        server.close();
    }

    /** The engine reports a failure at once, ahead of what it has read before. */
    @Test
    void contentBeforeABreakIsDeliveredBeforeTheFailure() throws Exception {
        Gate written = new Gate();
        server.answer(Script.builder()
                .head(200, "Content-Length: " + 2 * CONTENT.length)
                .bytes(CONTENT)
                .open(written)
                .close()
                .build());
        TransportResponse response = head(transport.start(request()));
        written.await();
        server.awaitNoOpenConnections(java.time.Duration.ofSeconds(1));
        awaitTurnsOfTheEventLoops(transport, 4);

        RecordingSubscriber<ByteBuffer> body = subscribe(response);

        assertThat(body.awaitError())
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LOST));
        assertThat(body.items().stream().mapToInt(ByteBuffer::remaining).sum()).isEqualTo(CONTENT.length);
    }

    /** The end needs no demand of its own. */
    @Test
    void endIsSeenWithoutDemandBeyondTheLastBuffer() throws Exception {
        server.answer(Script.builder().eventStream().chunk("only").lastChunk().build());
        RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
        head(transport.start(request())).body().subscribe(body);

        body.request(1);

        assertThat(text(body.awaitCompletion())).isEqualTo("only");
    }

    @Test
    void smallChunksOfOneReadAreHandedOnTogether() throws Exception {
        StringBuilder content = new StringBuilder();
        StringBuilder chunks = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            String event = "data: " + i + "\n\n";
            content.append(event);
            chunks.append(Integer.toHexString(event.length()))
                    .append("\r\n")
                    .append(event)
                    .append("\r\n");
        }
        Gate subscribed = new Gate();
        server.answer(Script.builder()
                .eventStream()
                .await(subscribed)
                .text(chunks + "0\r\n\r\n")
                .build());
        RecordingSubscriber<ByteBuffer> body = subscribe(head(transport.start(request())));
        subscribed.open();

        List<ByteBuffer> buffers = body.awaitCompletion();

        assertThat(text(buffers)).isEqualTo(content.toString());
        assertThat(buffers).hasSizeLessThan(20);
    }

    private TransportRequest request() {
        return TransportRequest.builder("POST", server.uri("/api/v2/generate"))
                .body(new byte[] {'{', '}'})
                .build();
    }
}
