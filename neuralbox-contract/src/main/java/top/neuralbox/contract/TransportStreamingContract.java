package top.neuralbox.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.bytes;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.transport.TransportResponse;

/**
 * Tests that heads and bodies arrive exactly as they were sent, and at once.
 *
 * @since 0.1.0
 */
public interface TransportStreamingContract extends TransportContract {

    /** Rule 2. */
    @Test
    default void headArrivesWhileTheBodyIsHeldBack() {
        Gate body = new Gate();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response = fixture.exchange(Script.builder()
                    .eventStream()
                    .await(body)
                    .chunk("late")
                    .lastChunk()
                    .build());

            assertThat(response.status()).isEqualTo(200);
            body.open();
            assertThat(text(response)).isEqualTo("late");
        }
    }

    /** Rule 2. */
    @Test
    default void headArrivesForEachStatus() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            for (int status : new int[] {200, 201, 206, 299, 300, 400, 401, 403, 404, 407, 418, 429, 500, 502, 599}) {
                TransportResponse response = fixture.exchange(Script.response(status, "content"));

                assertThat(response.status()).isEqualTo(status);
                assertThat(text(response)).as("content with status %d", status).isEqualTo("content");
            }
        }
    }

    /** Rule 2. */
    @Test
    default void interimResponsesArePassedOver() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response = fixture.exchange(Script.builder()
                    .head(103, "Link: </style.css>; rel=preload")
                    .head(103, "X-Early: yes")
                    .head(200, "Content-Length: 2")
                    .text("ok")
                    .build());

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("X-Early")).isNull();
            assertThat(text(response)).isEqualTo("ok");
        }
    }

    /** Rule 2. */
    @Test
    default void headerFieldsArriveAsSent() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response = fixture.exchange(Script.response(
                    200, "", "X-Limit: 100", "x-many: one", "X-MANY: two", "X-Empty:", "X-Space:  a b "));

            assertThat(response.header("x-limit")).isEqualTo("100");
            assertThat(response.headers().get("X-Many")).containsExactly("one", "two");
            assertThat(response.header("X-Empty")).isEmpty();
            assertThat(response.header("X-Space")).isEqualTo("a b");
        }
    }

    /** Rule 5. */
    @Test
    default void firstBufferArrivesWhileTheResponseIsHeldOpen() {
        Gate rest = new Gate();
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                    .eventStream()
                    .chunk("data: 1\n\n")
                    .await(rest)
                    .chunk("data: 2\n\n")
                    .lastChunk()
                    .build()));

            assertThat(text(body.awaitItems(1))).isEqualTo("data: 1\n\n");
            rest.open();
            assertThat(text(body.awaitCompletion())).isEqualTo("data: 1\n\ndata: 2\n\n");
        }
    }

    /** Rule 5. */
    @Test
    default void contentIsExactWhereverTheResponseIsCut() {
        byte[] wire = String.join(
                        "\r\n",
                        "HTTP/1.1 200 OK",
                        "Content-Type: text/event-stream",
                        "Transfer-Encoding: chunked",
                        "",
                        "5",
                        "data:",
                        "6;x=y",
                        " \u00e9\u2603",
                        "1",
                        "!",
                        "0",
                        "X-Trailer: z",
                        "",
                        "")
                .getBytes(UTF_8);
        try (TransportFixture fixture = TransportFixture.start(this)) {
            for (int cut = 1; cut < wire.length; cut++) {
                Script script = Script.builder().splitAt(cut).bytes(wire).build();

                assertThat(text(fixture.exchange(script))).as("cut at %d", cut).isEqualTo("data: \u00e9\u2603!");
            }
        }
    }

    /** Rule 5. */
    @Test
    default void contentIsExactByteByByte() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response = fixture.exchange(Script.builder()
                    .splitEvery(1)
                    .eventStream()
                    .chunk("data: \u00e9\u2603\n\n")
                    .chunk("\n")
                    .lastChunk()
                    .build());

            assertThat(text(response)).isEqualTo("data: \u00e9\u2603\n\n\n");
        }
    }

    /** Rule 5. */
    @Test
    default void contentOfKnownLengthIsExact() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            assertThat(text(fixture.exchange(Script.response(200, "fifteen letters"))))
                    .isEqualTo("fifteen letters");
        }
    }

    /** Rule 5. */
    @Test
    default void contentThatTheCloseEndsIsExact() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response = fixture.exchange(Script.builder()
                    .head(200)
                    .text("until")
                    .text(" the end")
                    .close()
                    .build());

            assertThat(text(response)).isEqualTo("until the end");
        }
    }

    /** Rule 5. */
    @Test
    default void emptyContentCompletes() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            Script chunked = Script.builder().eventStream().lastChunk().build();
            Script withoutContent = Script.builder().head(204).build();

            assertThat(subscribe(fixture.exchange(Script.response(200, ""))).awaitCompletion())
                    .isEmpty();
            assertThat(subscribe(fixture.exchange(chunked)).awaitCompletion()).isEmpty();
            assertThat(subscribe(fixture.exchange(withoutContent)).awaitCompletion())
                    .isEmpty();
        }
    }

    /** Rule 5. */
    @Test
    default void sixteenMebibytesAreExact() {
        byte[] content = new byte[16 * 1024 * 1024];
        new Random(20261122).nextBytes(content);
        try (TransportFixture fixture = TransportFixture.start(this)) {
            assertThat(bytes(fixture.exchange(Script.response(200, content)))).isEqualTo(content);
        }
    }

    /** Rule 5. */
    @Test
    default void secondSubscriberIsRefused() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response = fixture.exchange(Script.response(200, "for one"));
            RecordingSubscriber<ByteBuffer> first = TransportFixture.subscribeWithoutDemand(response);
            RecordingSubscriber<ByteBuffer> second = subscribe(response);

            second.awaitSubscription();
            assertThat(second.awaitError()).isInstanceOf(IllegalStateException.class);
            first.request(Long.MAX_VALUE);
            assertThat(text(first.awaitCompletion())).isEqualTo("for one");
        }
    }

    /** Rule 5. */
    @Test
    default void buffersBelongToTheReceiver() {
        byte[] content = new byte[512 * 1024];
        new Random(5).nextBytes(content);
        try (TransportFixture fixture = TransportFixture.start(this)) {
            List<ByteBuffer> buffers =
                    subscribe(fixture.exchange(Script.response(200, content))).awaitCompletion();
            // A further exchange would overwrite a buffer that the engine still regards as its own.
            fixture.completeOneExchange();
            assertThat(bytes(buffers)).isEqualTo(content);

            ByteBuffer first = buffers.get(0);
            byte[] others = bytes(buffers.subList(1, buffers.size()));
            if (!first.isReadOnly()) {
                first.duplicate().put(new byte[first.remaining()]);
            }
            assertThat(bytes(buffers.subList(1, buffers.size()))).isEqualTo(others);
        }
    }

    /** Rule 5. */
    @Test
    default void buffersAreNeverEmpty() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            RecordingSubscriber<ByteBuffer> body = subscribe(fixture.exchange(Script.builder()
                    .splitEvery(1)
                    .eventStream()
                    .chunk("ab")
                    .chunk("c")
                    .lastChunk()
                    .build()));

            assertThat(body.awaitCompletion()).isNotEmpty().allMatch(ByteBuffer::hasRemaining);
        }
    }

    /** Rule 2. */
    @Test
    default void manyExchangesAtOnceGetEachItsOwnAnswer() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            var calls = java.util.stream.IntStream.range(0, 50)
                    .mapToObj(i -> fixture.start(Script.response(200, "answer " + i)))
                    .toList();

            assertThat(calls.stream().map(call -> text(head(call))).distinct()).hasSize(50);
        }
    }
}
