package top.neuralbox.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;

/**
 * Tests that a request is sent once and exactly as given.
 *
 * @since 0.1.0
 */
public interface TransportRequestContract extends TransportContract {

    /** Rule 8. */
    @Test
    default void requestIsWrittenAsGiven() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.server().answer(Script.response(200, ""));
            byte[] content = "{\"prompt\": \"\u00e9\u2603\"}".getBytes(UTF_8);
            TransportRequest request = TransportRequest.builder(
                            "POST", fixture.server().uri("/api/v2/a%20b/..%2fc?q=1&r=%26"))
                    .header("Authorization", "Bearer nb_secret")
                    .header("Content-Type", "application/json")
                    .header("User-Agent", "neuralbox-java/0")
                    .body(content)
                    .build();

            text(head(fixture.transport().start(request)));

            ReceivedRequest received = fixture.server().awaitRequest();
            assertThat(received.method()).isEqualTo("POST");
            assertThat(received.target()).isEqualTo("/api/v2/a%20b/..%2fc?q=1&r=%26");
            assertThat(received.body()).isEqualTo(content);
            assertThat(received.headers())
                    .containsEntry("Authorization", List.of("Bearer nb_secret"))
                    .containsEntry("Content-Type", List.of("application/json"))
                    .containsEntry("User-Agent", List.of("neuralbox-java/0"))
                    .containsEntry("Content-Length", List.of(String.valueOf(content.length)))
                    .containsEntry(
                            "Host", List.of("127.0.0.1:" + fixture.server().port()));
        }
    }

    /** Rule 8. */
    @Test
    default void nothingIsAddedThatAsksForMore() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            text(fixture.exchange(Script.response(200, "")));

            assertThat(fixture.server().awaitRequest().headers())
                    .doesNotContainKeys(
                            "Accept-Encoding",
                            "Cookie",
                            "Expect",
                            "Transfer-Encoding",
                            "TE",
                            "Upgrade",
                            "HTTP2-Settings");
        }
    }

    /** Rule 8. */
    @Test
    default void requestWithoutContentIsWrittenWithoutContent() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.server().answer(Script.response(200, "283"));
            TransportRequest request = TransportRequest.builder(
                            "GET", fixture.server().uri("/api/v2/balance"))
                    .build();

            assertThat(text(head(fixture.transport().start(request)))).isEqualTo("283");
            assertThat(fixture.server().awaitRequest().body()).isEmpty();
        }
    }

    /** Rule 8. */
    @Test
    default void emptyPathBecomesASlash() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.server().answer(Script.response(200, ""));
            TransportRequest request =
                    TransportRequest.builder("GET", fixture.server().uri()).build();

            text(head(fixture.transport().start(request)));

            assertThat(fixture.server().awaitRequest().target()).isEqualTo("/");
        }
    }

    /** Rule 8. */
    @Test
    default void fourMebibytesOfRequestContentAreExact() {
        byte[] content = new byte[4 * 1024 * 1024];
        new Random(4).nextBytes(content);
        try (TransportFixture fixture = TransportFixture.start(this)) {
            fixture.server().answer(Script.response(200, "taken"));
            TransportRequest request = fixture.post().body(content).build();

            assertThat(text(head(fixture.transport().start(request)))).isEqualTo("taken");
            assertThat(fixture.server().awaitRequest().body()).isEqualTo(content);
        }
    }

    /** Rule 3. The content is longer than all socket buffers, so a server has seen some of it once it is written. */
    @Test
    default void sentIsToldOnceAndBeforeTheServerSeesAByte() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            AtomicInteger times = new AtomicInteger();
            AtomicLong seen = new AtomicLong();
            fixture.server().answer(Script.response(200, "ok"));
            TransportRequest request = fixture.post()
                    .body(new byte[16 * 1024 * 1024])
                    .onSent(() -> {
                        times.incrementAndGet();
                        seen.addAndGet(fixture.server().bytesReceived());
                    })
                    .build();

            assertThat(text(head(fixture.transport().start(request)))).isEqualTo("ok");

            assertThat(times).hasValue(1);
            assertThat(seen).hasValue(0);
        }
    }

    /** Rule 3. */
    @Test
    default void requestThatArrivedMayHaveBeenSent() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportCall call = fixture.start(Script.silence());

            fixture.server().awaitRequest();

            assertThat(call.mayHaveBeenSent()).isTrue();
            call.cancel();
            assertThat(call.mayHaveBeenSent()).isTrue();
        }
    }

    /** Rule 1. */
    @Test
    default void lineBreakInAHeaderIsRefusedWithoutEchoAndNothingIsSent() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            for (String bad : List.of("a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "caf\u00e9")) {
                assertThatThrownBy(() -> fixture.transport()
                                .start(fixture.post().header("X-Key", bad).build()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageNotContaining(bad);
            }
            assertThat(fixture.server().connectionCount()).isZero();
        }
    }
}
