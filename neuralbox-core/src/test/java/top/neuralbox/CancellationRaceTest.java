package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;

/** A cancellation that comes at the moment of completion: one outcome, and everybody is told the same. */
class CancellationRaceTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();

    @Test
    void cancelThatRacesCompletionHasExactlyOneOutcome() throws Exception {
        int rounds = 10_000;
        CyclicBarrier barrier = new CyclicBarrier(2);
        AtomicReference<GenerationStream> current = new AtomicReference<>();
        ReaderThread<Void> canceller = ReaderThread.start(() -> {
            for (int i = 0; i < rounds; i++) {
                barrier.await();
                current.get().cancel();
                barrier.await();
            }
            return null;
        });
        int completed = 0;
        for (int i = 0; i < rounds; i++) {
            RecordingListener heard = new RecordingListener();
            NeuralBox each = transport.client(clock).listener(heard).build();
            current.set(each.stream(REQUEST));
            StubTransport.StubCall call = transport.calls.remove(0).stream().start();
            barrier.await();
            call.delta("Once").end().done().finish();
            boolean whole = completes(current.get());
            barrier.await();
            boolean told = heard.outcome().kind() == GenerationOutcome.Kind.COMPLETED;
            assertThat(told).isEqualTo(whole);
            completed += whole ? 1 : 0;
        }
        canceller.result();
        assertThat(clock.pending()).isZero();
        assertThat(completed).isBetween(0, rounds);
    }

    @Test
    void cancelOfAFutureThatRacesCompletionHasExactlyOneOutcome() throws Exception {
        int rounds = 10_000;
        CyclicBarrier barrier = new CyclicBarrier(2);
        AtomicReference<CompletableFuture<Generation>> current = new AtomicReference<>();
        ReaderThread<Void> canceller = ReaderThread.start(() -> {
            for (int i = 0; i < rounds; i++) {
                barrier.await();
                current.get().cancel(false);
                barrier.await();
            }
            return null;
        });
        for (int i = 0; i < rounds; i++) {
            RecordingListener heard = new RecordingListener();
            NeuralBox each = transport.client(clock).listener(heard).build();
            current.set(each.generateAsync(REQUEST));
            StubTransport.StubCall call = transport.calls.remove(0).stream().start();
            barrier.await();
            call.delta("Once").end().done().finish();
            barrier.await();
            boolean told = heard.outcome().kind() == GenerationOutcome.Kind.COMPLETED;
            assertThat(told || current.get().isCancelled()).isTrue();
            assertThat(current.get().isDone()).isTrue();
        }
        canceller.result();
        assertThat(clock.pending()).isZero();
    }

    private static boolean completes(GenerationStream stream) {
        try {
            return stream.text().equals("Once");
        } catch (GenerationCancelledException e) {
            return false;
        }
    }
}
