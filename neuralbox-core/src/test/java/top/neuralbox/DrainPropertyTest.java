package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import top.neuralbox.StubTransport.StubCall;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.TransportException;

/** Drain, cancel, end, failure, back-off, close and the passing of time, in every order. */
class DrainPropertyTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What happens next, to one of the calls or to the client. */
    enum Step {
        CALL,
        HEAD,
        END,
        FAIL,
        REFUSE,
        CANCEL,
        SECOND,
        DRAIN,
        CLOSE
    }

    @Property(tries = 500)
    void drainEndsWhateverHappensMeanwhile(
            @ForAll @Size(min = 1, max = 25) List<Step> steps, @ForAll @Size(25) List<Byte> choices) {
        StubTransport transport = new StubTransport();
        ManualDelayer clock = new ManualDelayer();
        RecordingListener listener = new RecordingListener();
        NeuralBox client = transport.client(clock).listener(listener).build();
        List<CompletableFuture<Generation>> calls = new ArrayList<>();
        CompletableFuture<DrainResult> drain = new CompletableFuture<>();
        List<StubCall> streaming = new ArrayList<>();
        int before = 0;
        boolean drained = false;
        boolean refusing = false;
        for (int i = 0; i < steps.size(); i++) {
            int choice = Byte.toUnsignedInt(choices.get(i));
            switch (steps.get(i)) {
                case CALL -> {
                    int sent = transport.calls.size();
                    CompletableFuture<Generation> call = client.generateAsync(REQUEST);
                    calls.add(call);
                    if (refusing) {
                        assertThat(call).isCompletedExceptionally();
                        assertThat(transport.calls).hasSize(sent);
                    }
                }
                case HEAD ->
                    waiting(
                            transport,
                            choice,
                            call -> streaming.add(call.stream().start()));
                case END -> {
                    if (streaming.isEmpty()) {
                        waiting(transport, choice, call -> call.stream().story().finish());
                    } else {
                        streaming.remove(choice % streaming.size()).end().done().finish();
                    }
                }
                case FAIL -> waiting(transport, choice, call -> call.fail(TransportException.Kind.LOST));
                case REFUSE -> waiting(transport, choice, call -> call.json(503, "{\"error\": \"model_unavailable\"}"));
                case CANCEL -> {
                    if (!calls.isEmpty()) {
                        calls.get(choice % calls.size()).cancel(true);
                    }
                }
                case SECOND -> clock.advance(Duration.ofSeconds(1));
                case DRAIN -> {
                    if (!drained && !refusing) {
                        before = (int)
                                calls.stream().filter(call -> !call.isDone()).count();
                        drained = true;
                    }
                    CompletableFuture<DrainResult> next = client.drainAsync(PATIENCE);
                    if (drained) {
                        drain = next;
                    }
                    refusing = true;
                }
                case CLOSE -> {
                    client.close();
                    refusing = true;
                }
            }
        }
        if (drained) {
            clock.advance(PATIENCE);

            assertThat(drain).isDone();
            DrainResult result = drain.join();
            assertThat(result.completed() + result.cut().size()).isEqualTo(before);
        }
        client.close();
        assertThat(calls).allMatch(CompletableFuture::isDone);
        assertThat(clock.pending()).isZero();
        assertThat(listener.outcomes.size()).isEqualTo(calls.size());
    }

    /** Lets a call go on that waits for its response. */
    private static void waiting(StubTransport transport, int choice, Consumer<StubCall> action) {
        List<StubCall> open = transport.calls.stream()
                .filter(call -> !call.response().toCompletableFuture().isDone() && call.cancels() == 0)
                .toList();
        if (!open.isEmpty()) {
            action.accept(open.get(choice % open.size()));
        }
    }
}
