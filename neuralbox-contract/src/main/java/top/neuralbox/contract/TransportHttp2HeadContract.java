package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;

/**
 * Tests of HTTP/2 heads that no request asked for, that are too many, or that end their stream too early. For transports that
 * know HTTP/2. A fault of one stream resets it, or closes its connection if no other call uses it.
 *
 * @since 0.1.0
 */
public interface TransportHttp2HeadContract extends TransportContract {

    /** Rule 2. A 100, which asks for the content, is passed over like any other interim response. */
    @Test
    default void asManyInterimResponsesOf100AsAreAllowedArePassedOverForEachStream() {
        try (FrameServer server = FrameServer.start();
                Transport transport = FrameCalls.http2(this)) {
            for (String answer : new String[] {"first", "second"}) {
                TransportCall call = FrameCalls.start(transport, server);
                FrameServer.Stream stream = server.awaitStream();
                for (int i = 0; i < TransportHeadContract.MOST_INTERIM; i++) {
                    stream.head(100);
                }
                stream.head(200).data(answer).end();

                assertThat(text(head(call))).isEqualTo(answer);
            }
        }
    }

    /** Rules 2 and 4. */
    @Test
    default void moreInterimResponsesOf100AreAProtocolErrorOfTheirCallAlone() {
        FrameCalls.endsAlone(this, stream -> {
            for (int i = 0; i <= TransportHeadContract.MOST_INTERIM; i++) {
                stream.head(100);
            }
        });
    }

    /** Rules 2 and 4, and RFC 9113, section 8.1: the final response must follow an interim one. */
    @TestFactory
    default Stream<DynamicTest> interimResponseThatEndsItsStreamIsAProtocolErrorOfItsCallAlone() {
        return Stream.of(100, 102, 103, 199)
                .flatMap(status -> Stream.of(
                        dynamicTest(
                                "status " + status,
                                () -> FrameCalls.endsAlone(this, stream -> stream.onlyHead(status))),
                        dynamicTest(
                                "status " + status + " behind another one",
                                () -> FrameCalls.endsAlone(
                                        this, stream -> stream.head(103).onlyHead(status)))));
    }

    /** Rule 2, and RFC 9113, section 8.4: a response that was not requested is not accepted. */
    @Test
    default void promiseOfAnotherResponseIsAProtocolErrorOfTheConnection() {
        try (FrameServer server = FrameServer.start();
                Transport transport = FrameCalls.http2(this)) {
            TransportCall call = FrameCalls.start(transport, server);
            FrameServer.Stream stream = server.awaitStream();
            assertThat(stream.clientSetting(FrameServer.ENABLE_PUSH, 1)).isZero();

            stream.push();

            assertKind(failure(call), PROTOCOL);
            assertThat(call.mayHaveBeenSent()).isTrue();
            stream.awaitClose(PROMPTLY);
        }
    }
}
