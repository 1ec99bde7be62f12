package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/**
 * A call is cancelled while a thread sends its request. That thread is slow: before it cancels the transport's call, another
 * thread has reported the end, and the transport's own thread writes the request unless it was cancelled by then.
 */
@Timeout(20)
class CancelMeetsSendTest {

    private final Queue<Runnable> callbacks = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> key = new CompletableFuture<>();
    private final List<GenerationOutcome> ends = new ArrayList<>();
    private final SlowTransport transport = new SlowTransport();
    private Flow.@Nullable Subscription subscription;

    @Test
    void requestThatIsWrittenAfterTheEndIsNotCalledUncharged() {
        cancelWhileItIsSent();

        assertThat(transport.starts).isEqualTo(1);
        assertThat(ends)
                .singleElement()
                .satisfies(end -> assertThat(end.billingState())
                        .isEqualTo(transport.written ? BillingState.UNKNOWN : BillingState.NOT_CHARGED));
    }

    @Test
    void requestWhoseCancelThrowsIsNotCalledUncharged() {
        transport.throwing = true;
        cancelWhileItIsSent();

        assertThat(transport.starts).isEqualTo(1);
        assertThat(ends)
                .singleElement()
                .satisfies(end -> assertThat(end.billingState()).isEqualTo(BillingState.UNKNOWN));
    }

    private void cancelWhileItIsSent() {
        NeuralBox client = NeuralBox.builder()
                .asyncApiKeySupplier(() -> key)
                .baseUri(URI.create("http://localhost:1"))
                .transport(transport)
                .delayer(new ManualDelayer())
                .callbacks(callbacks::add)
                .listener(info -> ends::add)
                .build();
        client.publish(GenerationRequest.of("gpt-5", "hello")).subscribe(new Asking());
        key.complete("nb_" + "0".repeat(45));
        runCallbacks();
    }

    private void runCallbacks() {
        for (Runnable task = callbacks.poll(); task != null; task = callbacks.poll()) {
            task.run();
        }
    }

    private final class SlowTransport implements Transport, TransportCall {

        int starts;
        int cancels;
        boolean throwing;
        volatile boolean written;

        @Override
        public TransportCall start(TransportRequest request) {
            starts++;
            Objects.requireNonNull(subscription).cancel();
            return this;
        }

        @Override
        public void cancel() {
            if (throwing) {
                throw new IllegalStateException("scripted");
            }
            cancels++;
            if (cancels == 1) {
                Thread other = new Thread(CancelMeetsSendTest.this::runCallbacks, "other");
                other.start();
                try {
                    other.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }

        /** Writes the request at once after it said that this did not happen, unless another thread has cancelled. */
        @Override
        public boolean mayHaveBeenSent() {
            boolean sent = written;
            written = sent || (cancels < 2 && !throwing);
            return sent;
        }

        @Override
        public CompletionStage<TransportResponse> response() {
            return new CompletableFuture<>();
        }

        @Override
        public String name() {
            return "slow";
        }

        @Override
        public boolean mustNotBlock(Thread thread) {
            return false;
        }

        @Override
        public void close() {}
    }

    private final class Asking implements Flow.Subscriber<GenerationEvent> {

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(GenerationEvent event) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {}
    }
}
