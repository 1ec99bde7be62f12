package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.contract.TransportFixture.PROMPTLY;
import static top.neuralbox.contract.TransportFixture.assertKind;
import static top.neuralbox.contract.TransportFixture.failure;
import static top.neuralbox.contract.TransportFixture.head;
import static top.neuralbox.contract.TransportFixture.subscribe;
import static top.neuralbox.contract.TransportFixture.text;
import static top.neuralbox.transport.TransportConfig.Protocol.HTTP_2;
import static top.neuralbox.transport.TransportException.Kind.PROTOCOL;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;

/** Calls to a {@link FrameServer}. */
final class FrameCalls {

    private FrameCalls() {}

    /** The transport under test, with HTTP/2 only. */
    static Transport http2(TransportContract contract) {
        return contract.transport(TransportConfig.builder()
                .trustManager(TestCertificates.shared().trustManager())
                .protocols(HTTP_2)
                .build());
    }

    static TransportCall start(Transport transport, FrameServer server) {
        return transport.start(TransportRequest.builder("POST", server.uri())
                .body(new byte[] {'{', '}'})
                .build());
    }

    /**
     * Asserts that the faulty stream is reset, and that another one continues, on the same connection if the transport shares
     * it.
     */
    static TransportException endsAlone(TransportContract contract, Consumer<FrameServer.Stream> fault) {
        try (FrameServer server = FrameServer.start();
                Transport transport = http2(contract)) {
            TransportCall other = start(transport, server);
            FrameServer.Stream quiet = server.awaitStream().head(200).data("still ");
            RecordingSubscriber<ByteBuffer> body = subscribe(head(other));
            body.awaitItems(1);
            TransportCall call = start(transport, server);
            FrameServer.Stream broken = server.awaitStream();

            fault.accept(broken);

            TransportException failure = failure(call);
            assertKind(failure, PROTOCOL);
            assertThat(call.mayHaveBeenSent()).isTrue();
            broken.awaitReset(PROMPTLY);
            quiet.data("here").end();
            assertThat(text(body.awaitCompletion())).isEqualTo("still here");
            return failure;
        }
    }
}
