package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.bytes;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribeWithoutDemand;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * Tests of back-pressure: a transport reads nothing without demand. The clock of these tests is another call of the same
 * transport, which moves 64 MiB meanwhile. A transport that reads ahead would move as much on the call without demand.
 *
 * @since 0.1.0
 */
public interface TransportBackPressureContract extends TransportContract {

    /** One engine window and the socket buffers of both sides, each of which the kernel lets grow to a few MiB. */
    long HELD_BACK = 16L * 1024 * 1024;

    /** Rule 6. */
    @Test
    default void withoutDemandTheServerIsHeldBack() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribeWithoutDemand(fixture.exchange(endless()));

            moveMuchOnAnotherCall(fixture);

            assertThat(body.items()).isEmpty();
            assertThat(fixture.server().bytesWritten()).isLessThan(HELD_BACK);
        }
    }

    /** Rule 6. */
    @Test
    default void withoutASubscriberTheServerIsHeldBack() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.exchange(endless());

            moveMuchOnAnotherCall(fixture);

            assertThat(fixture.server().bytesWritten()).isLessThan(HELD_BACK);
        }
    }

    /** Rule 6. */
    @Test
    default void withoutDemandAnErrorBodyIsHeldBack() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            subscribeWithoutDemand(fixture.exchange(Script.builder()
                    .head(500, "Transfer-Encoding: chunked")
                    .chunkForever(new byte[8 * 1024])
                    .build()));

            moveMuchOnAnotherCall(fixture);

            assertThat(fixture.server().bytesWritten()).isLessThan(HELD_BACK);
        }
    }

    /** Rule 5. */
    @Test
    default void demandOfOneGivesOneBuffer() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribeWithoutDemand(fixture.exchange(endless()));

            body.request(1);
            body.awaitItems(1);
            moveMuchOnAnotherCall(fixture);

            assertThat(body.items()).hasSize(1);
            assertThat(fixture.server().bytesWritten()).isLessThan(HELD_BACK);
        }
    }

    /** Rule 6. */
    @Test
    default void heldBackServerGoesOnWithTheDemand() {
        Gate enough = new Gate();
        AtomicLong left = new AtomicLong(3 * HELD_BACK);
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response = fixture.exchange(endless());
            RecordingSubscriber<Integer> sizes = RecordingSubscriber.withoutDemand();
            response.body().subscribe(new SizesOnly(sizes.onItem(size -> {
                if (left.addAndGet(-size) <= 0) {
                    enough.open();
                }
            })));
            moveMuchOnAnotherCall(fixture);

            sizes.request(Long.MAX_VALUE);

            enough.await(TransportFixture.PATIENCE);
            sizes.cancel();
        }
    }

    /** Rule 6. The engine may have read the whole response, and passed the connection to the next call. */
    @Test
    default void wholeResponseThatNobodyReadsHoldsUpNoOther() {
        TransportConfig config = TransportConfig.builder().maxConnections(2).build();
        for (int pages = 1; pages <= 40; pages++) {
            try (TransportFixture fixture = TransportFixture.start(this, config)) {
                byte[] content = new byte[pages * 4 * 1024];
                RecordingSubscriber<ByteBuffer> unread =
                        subscribeWithoutDemand(fixture.exchange(Script.response(200, content)));
                for (int i = 0; i < 3; i++) {
                    assertThat(bytes(fixture.exchange(Script.response(200, "read"))))
                            .as("after %d pages", pages)
                            .hasSize(4);
                }

                unread.request(Long.MAX_VALUE);
                assertThat(bytes(unread.awaitCompletion())).hasSize(content.length);
            }
        }
    }

    /** Rule 5. */
    @Test
    default void demandOfOneAtATimeFromWithinTheSignalReachesTheEnd() {
        byte[] wire = "1\r\nx\r\n".repeat(20_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = RecordingSubscriber.withoutDemand();
            body.onItem(item -> body.request(1));
            fixture.exchange(Script.builder()
                            .eventStream()
                            .bytes(wire)
                            .lastChunk()
                            .build())
                    .body()
                    .subscribe(body);

            body.request(1);

            assertThat(bytes(body.awaitCompletion())).hasSize(20_000);
        }
    }

    /** Rule 5. */
    @Test
    default void unboundedDemandAskedForTwiceStaysUnbounded() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body =
                    subscribeWithoutDemand(fixture.exchange(Script.response(200, new byte[1024 * 1024])));

            body.request(Long.MAX_VALUE);
            body.request(Long.MAX_VALUE);

            assertThat(bytes(body.awaitCompletion())).hasSize(1024 * 1024);
        }
    }

    /** Rule 5, and rule 3.9 of the Reactive Streams. */
    @Test
    default void demandOfZeroIsAnErrorAndCancelsTheCall() {
        refuses(0);
    }

    /** Rule 5, and rule 3.9 of the Reactive Streams. */
    @Test
    default void negativeDemandIsAnErrorAndCancelsTheCall() {
        refuses(-1);
    }

    private void refuses(long demand) {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribeWithoutDemand(fixture.exchange(endless()));

            body.request(demand);

            assertThat(body.awaitError()).isInstanceOf(IllegalArgumentException.class);
            fixture.server().awaitNoOpenConnections(PROMPTLY);
        }
    }

    private static Script endless() {
        return Script.builder().eventStream().chunkForever(new byte[8 * 1024]).build();
    }

    private static void moveMuchOnAnotherCall(TransportFixture fixture) {
        byte[] mebibyte = new byte[1024 * 1024];
        Script.Builder much = Script.builder().head(200, "Content-Length: " + 64 * mebibyte.length);
        for (int i = 0; i < 64; i++) {
            much.bytes(mebibyte);
        }
        try (ScriptedServer other = ScriptedServer.start()) {
            other.answer(much.build());
            RecordingSubscriber<Integer> sizes = RecordingSubscriber.unbounded();
            head(fixture.transport()
                            .start(TransportRequest.builder("GET", other.uri("/"))
                                    .build()))
                    .body()
                    .subscribe(new SizesOnly(sizes));
            assertThat(sizes.awaitCompletion().stream()
                            .mapToLong(Integer::longValue)
                            .sum())
                    .isEqualTo(64L * mebibyte.length);
        }
    }
}
