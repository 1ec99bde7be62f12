package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.httpclient.Calls.head;
import static top.neuralbox.transport.httpclient.Calls.post;
import static top.neuralbox.transport.httpclient.Calls.subscribe;
import static top.neuralbox.transport.httpclient.Calls.text;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;

class EngineRenewalTest {

    private static final Duration PROMPTLY = Duration.ofSeconds(1);

    private final ScriptedServer server = ScriptedServer.start();
    private final HttpClientTransport transport = HttpClientTransport.create();

    @AfterEach
    void close() {
        transport.close();
        server.close();
    }

    @Test
    void closesIdleConnections() throws Exception {
        server.answer(Script.response(200, "first")).answer(Script.response(200, "second"));
        assertThat(text(head(transport.start(post(server.uri()).build())))).isEqualTo("first");

        transport.engine().renew();

        server.awaitNoOpenConnections(PROMPTLY);
        assertThat(text(head(transport.start(post(server.uri()).build())))).isEqualTo("second");
    }

    @Test
    void leavesACallUnderWayItsConnection() throws Exception {
        Gate rest = new Gate();
        server.answer(Script.builder()
                        .eventStream()
                        .chunk("first")
                        .await(rest)
                        .chunk(" and last")
                        .lastChunk()
                        .build())
                .answer(Script.response(200, "second"));
        RecordingSubscriber<ByteBuffer> body =
                subscribe(head(transport.start(post(server.uri()).build())));
        body.awaitItems(1);

        transport.engine().renew();

        assertThat(text(head(transport.start(post(server.uri()).build())))).isEqualTo("second");
        rest.open();
        assertThat(text(body.awaitCompletion())).isEqualTo("first and last");
    }

    @Test
    void leavesNoThreadOfTheOldConnections() {
        transport.engine().renew();
        transport.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("neuralbox-httpclient-io"))
                .allSatisfy(thread -> {
                    thread.join(PROMPTLY.toMillis());
                    assertThat(thread.isAlive()).isFalse();
                });
    }
}
