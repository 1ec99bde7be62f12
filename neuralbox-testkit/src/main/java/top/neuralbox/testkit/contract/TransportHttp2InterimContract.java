package top.neuralbox.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.testkit.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.testkit.contract.TransportFixture.assertKind;
import static top.neuralbox.testkit.contract.TransportFixture.failure;
import static top.neuralbox.testkit.contract.TransportFixture.head;
import static top.neuralbox.testkit.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_2;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportRequest;

/**
 * Interim responses over HTTP/2 that no final one follows, or that are too many.
 *
 * @since 0.1.0
 */
public interface TransportHttp2InterimContract extends TransportContract {

    /** Rules 2 and 4, and RFC 9113, section 8.1. */
    @TestFactory
    default Stream<DynamicTest> interimResponseThatEndsItsStreamIsAProtocolError() {
        return Stream.of(100, 103)
                .map(status -> dynamicTest(
                        "status " + status,
                        () -> fails(stream -> stream.head(103).onlyHead(status))));
    }

    /** Rules 2 and 4. */
    @Test
    default void moreInterimResponsesOfStatus100AreAProtocolError() {
        fails(stream -> interim(stream, TransportHeadContract.MOST_INTERIM + 1));
    }

    /** Rule 2. */
    @Test
    default void asManyInterimResponsesOfStatus100AsAreAllowedArePassedOver() {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            for (String answer : new String[] {"first", "second"}) {
                TransportCall call = start(transport, server);
                FrameServer.Stream stream = server.awaitStream();
                interim(stream, TransportHeadContract.MOST_INTERIM);
                stream.head(200).data(answer).end();

                assertThat(text(head(call))).isEqualTo(answer);
            }
        }
    }

    private void fails(Consumer<FrameServer.Stream> fault) {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2()) {
            TransportCall call = start(transport, server);
            FrameServer.Stream stream = server.awaitStream();

            fault.accept(stream);

            assertKind(failure(call), PROTOCOL);
            assertThat(call.mayHaveBeenSent()).isTrue();
            stream.awaitReset(PROMPTLY);
        }
    }

    private Transport http2() {
        return transport(TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .protocols(HTTP_2)
                .build());
    }

    private static TransportCall start(Transport transport, FrameServer server) {
        return transport.start(TransportRequest.builder("POST", server.uri())
                .body(new byte[] {'{', '}'})
                .build());
    }

    private static void interim(FrameServer.Stream stream, int count) {
        for (int i = 0; i < count; i++) {
            stream.head(100);
        }
    }
}
