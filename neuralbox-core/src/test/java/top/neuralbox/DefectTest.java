package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** Whatever a transport throws, and wherever: the call ends, once. */
class DefectTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final ManualDelayer clock = new ManualDelayer();

    @Test
    void transportThatRefusesTheRequestFailsTheCall() {
        CompletableFuture<Generation> result = generate(request -> {
            throw new IllegalArgumentException("no such method");
        });
        assertThatThrownBy(result::join).cause().isInstanceOfSatisfying(ConnectionException.class, e -> {
            assertThat(e.reason()).isEqualTo(ConnectionException.Reason.OTHER);
            assertThat(e.phase()).isEqualTo(Phase.NOT_SENT);
            assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
        });
    }

    @Test
    void transportThatFailsWithAnErrorFailsTheCall() {
        CompletableFuture<Generation> result = generate(request -> {
            throw new NoClassDefFoundError("io/netty/Thing");
        });
        assertThatThrownBy(result::join).cause().isInstanceOfSatisfying(ConnectionException.class, e -> {
            assertThat(e).hasCauseInstanceOf(NoClassDefFoundError.class);
            assertThat(e.billingState()).isEqualTo(BillingState.UNKNOWN);
        });
    }

    @Test
    void responseThatSettlesWithNothingFailsTheCall() {
        CompletableFuture<Generation> result =
                generate(request -> new FixedCall(CompletableFuture.completedFuture(null)));
        assertThatThrownBy(result::join).hasCauseInstanceOf(NeuralBoxException.class);
    }

    @Test
    void bodyThatCannotBeSubscribedToFailsTheCall() {
        assertBodyThrows("text/event-stream");
    }

    @Test
    void answerThatCannotBeSubscribedToFailsTheCall() {
        assertBodyThrows("application/json");
    }

    private void assertBodyThrows(String contentType) {
        Flow.Publisher<java.nio.ByteBuffer> body = subscriber -> {
            throw new IllegalStateException("no body");
        };
        TransportResponse response = TransportResponse.of(
                200, java.util.Map.of("Content-Type", java.util.List.of(contentType)), body, () -> {});
        FixedCall call = new FixedCall(CompletableFuture.completedFuture(response));
        CompletableFuture<Generation> result = generate(request -> call);
        assertThatThrownBy(result::join).hasCauseInstanceOf(NeuralBoxException.class);
        assertThat(call.cancelled).isTrue();
    }

    private CompletableFuture<Generation> generate(Function<TransportRequest, TransportCall> start) {
        Transport transport = new Transport() {
            @Override
            public TransportCall start(TransportRequest request) {
                return start.apply(request);
            }

            @Override
            public String name() {
                return "defective";
            }

            @Override
            public boolean mustNotBlock(Thread thread) {
                return false;
            }

            @Override
            public void close() {}
        };
        CompletableFuture<Generation> result =
                new StubTransport().client(clock).transport(transport).build().generateAsync(REQUEST);
        assertThat(result).isDone();
        return result;
    }

    private static final class FixedCall implements TransportCall {

        private final CompletionStage<TransportResponse> response;
        private boolean cancelled;

        FixedCall(CompletionStage<TransportResponse> response) {
            this.response = response;
        }

        @Override
        public CompletionStage<TransportResponse> response() {
            return response;
        }

        @Override
        public boolean mayHaveBeenSent() {
            return true;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
