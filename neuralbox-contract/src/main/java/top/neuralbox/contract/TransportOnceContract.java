package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.bytes;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.LOST;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportResponse;

/**
 * Tests that a transport does nothing on its own that would be paid twice or send a key to the wrong server, although engines
 * like to do so. A server answers any second request with 200, so a retry shows in the status as well as in the count.
 *
 * @since 0.1.0
 */
public interface TransportOnceContract extends TransportContract {

    /** Rule 8. */
    @TestFactory
    default Stream<DynamicTest> refusedRequestIsNotRepeated() {
        return Stream.of(401, 407, 408, 421, 425, 429, 500, 502, 503, 504)
                .map(status -> dynamicTest("status " + status, () -> {
                    try (TransportFixture fixture = TransportFixture.start(this)) {
                        fixture.server().answerAlways(Script.response(200, "repeated"));

                        TransportResponse response = fixture.exchange(Script.response(
                                status,
                                "refused",
                                "Retry-After: 0",
                                "WWW-Authenticate: Basic realm=x",
                                "Proxy-Authenticate: Basic realm=x"));

                        assertThat(response.status()).isEqualTo(status);
                        assertThat(text(response)).isEqualTo("refused");
                        assertThat(fixture.server().requestCount()).isEqualTo(1);
                    }
                }));
    }

    /** Rule 8. */
    @TestFactory
    default Stream<DynamicTest> redirectIsNotFollowedToTheSameOrigin() {
        return redirects(status -> {
            try (TransportFixture fixture = TransportFixture.start(this)) {
                fixture.server().answerAlways(Script.response(200, "followed"));

                TransportResponse response = fixture.exchange(Script.response(status, "moved", "Location: /elsewhere"));

                assertThat(response.status()).isEqualTo(status);
                assertThat(response.header("Location")).isEqualTo("/elsewhere");
                assertThat(text(response)).isEqualTo("moved");
                assertThat(fixture.server().requestCount()).isEqualTo(1);
            }
        });
    }

    /** Rule 8. */
    @TestFactory
    default Stream<DynamicTest> redirectIsNotFollowedToAnotherOrigin() {
        return redirects(status -> {
            try (TransportFixture fixture = TransportFixture.start(this);
                    ScriptedServer other = ScriptedServer.start()) {
                other.answerAlways(Script.response(200, "followed"));

                TransportResponse response =
                        fixture.exchange(Script.response(status, "moved", "Location: " + other.uri("/")));

                assertThat(response.status()).isEqualTo(status);
                assertThat(text(response)).isEqualTo("moved");
                assertThat(other.connectionCount()).isZero();
            }
        });
    }

    /** Rule 8. */
    @Test
    default void requestIsNotRepeatedAfterAReset() {
        notRepeated(ConnectionUse.FRESH, Script.builder().reset().build());
    }

    /** Rule 8. */
    @Test
    default void requestIsNotRepeatedAfterAResetOfAPooledConnection() {
        notRepeated(ConnectionUse.REUSED, Script.builder().reset().build());
    }

    /** Rule 8. */
    @Test
    default void requestIsNotRepeatedAfterTheCloseOfAPooledConnection() {
        notRepeated(ConnectionUse.REUSED, Script.builder().close().build());
    }

    /** Rule 8. */
    @Test
    default void encodedContentIsHandedOnAsItIs() throws IOException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(encoded)) {
            gzip.write("data: 1\n\n".getBytes(StandardCharsets.UTF_8));
        }
        try (TransportFixture fixture = TransportFixture.start(this)) {
            TransportResponse response =
                    fixture.exchange(Script.response(200, encoded.toByteArray(), "Content-Encoding: gzip"));

            assertThat(response.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(bytes(response)).isEqualTo(encoded.toByteArray());
        }
    }

    /** Rule 8. */
    @Test
    default void cookiesAreNotKept() {
        try (TransportFixture fixture = TransportFixture.start(this)) {
            text(fixture.exchange(Script.response(200, "", "Set-Cookie: sid=abc; Path=/")));
            fixture.server().awaitRequest();

            text(fixture.exchange(Script.response(200, "")));

            assertThat(fixture.server().awaitRequest().header("Cookie")).isNull();
        }
    }

    private void notRepeated(ConnectionUse connection, Script fault) {
        try (TransportFixture fixture = connection.prepare(this)) {
            int before = fixture.server().requestCount();
            var call = fixture.start(fault);
            fixture.server().answerAlways(Script.response(200, "repeated"));

            assertKind(failure(call), LOST);
            assertThat(call.mayHaveBeenSent()).isTrue();
            assertThat(fixture.server().requestCount()).isEqualTo(before + 1);
        }
    }

    private static Stream<DynamicTest> redirects(java.util.function.IntConsumer test) {
        return Stream.of(301, 302, 303, 307, 308)
                .map(status -> dynamicTest("status " + status, () -> test.accept(status)));
    }
}
