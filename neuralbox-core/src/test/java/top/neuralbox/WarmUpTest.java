package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportRequest;

/** What a warm-up asks of the transport, and how it ends. */
class WarmUpTest {

    private static final Runnable NOTHING = () -> {};

    private final StubTransport stub = new StubTransport();
    private final List<String> asked = new ArrayList<>();
    private final CompletableFuture<Void> connecting = new CompletableFuture<>();
    private Supplier<CompletableFuture<Void>> connect = () -> connecting;
    private final ManualDelayer clock = new ManualDelayer();
    private final List<String> heard = new ArrayList<>();
    private final NeuralBox.Builder builder = stub.client(clock)
            .transport(new Warmable())
            .apiKeySupplier(() -> {
                heard.add("key");
                return "nb_test";
            })
            .listener(new GenerationListener() {
                @Override
                public Observer started(GenerationInfo info) {
                    heard.add("started");
                    return outcome -> heard.add("ended");
                }
            });
    private final List<NeuralBox> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(NeuralBox::close);
    }

    @Test
    void connectionsAreOpenedAndNothingIsSentOrReported() {
        CompletableFuture<Void> warming = client().warmUp(3);

        assertThat(asked).containsExactly("http://localhost/api/v2/generate 3 PT10S");
        assertThat(warming).isNotDone();
        connecting.complete(null);
        assertThat(warming).isCompletedWithValue(null);
        assertThat(stub.calls).isEmpty();
        assertThat(heard).isEmpty();
    }

    @Test
    void oneConnectionIsTheDefault() {
        var unused = client().warmUp();

        assertThat(asked).containsExactly("http://localhost/api/v2/generate 1 PT10S");
    }

    @Test
    void warmUpThatFailsSaysWhyAndThatNothingWasCharged() {
        CompletableFuture<Void> warming = client().warmUp();

        connecting.completeExceptionally(
                new TransportException(TransportException.Kind.REFUSED, "127.0.0.1:1 refused the connection", null));

        assertThatThrownBy(warming::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(ConnectionException.class, failure -> {
                    assertThat(failure.reason()).isEqualTo(ConnectionException.Reason.REFUSED);
                    assertThat(failure.billingState()).isEqualTo(BillingState.NOT_CHARGED);
                    assertThat(failure.phase()).isEqualTo(NeuralBoxException.Phase.NOT_SENT);
                });
    }

    @Test
    void transportThatThrowsFailsTheFuture() {
        connect = () -> {
            throw new IllegalStateException("broken");
        };

        assertThat(client().warmUp())
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(ConnectionException.class)
                .withMessageContaining("broken");
    }

    @Test
    void closeOfTheClientEndsItAndTheTransportsAttempts() {
        NeuralBox client = client();
        CompletableFuture<Void> warming = client.warmUp();

        client.close();

        assertThat(connecting).isCancelled();
        assertThatThrownBy(warming::join)
                .cause()
                .isInstanceOfSatisfying(
                        GenerationCancelledException.class,
                        end -> assertThat(end.reason()).isEqualTo(GenerationCancelledException.Reason.CLIENT_CLOSED));
    }

    @Test
    void closedClientIsNotWarmedUp() {
        NeuralBox client = client();
        client.close();

        assertThatThrownBy(client.warmUp()::join).cause().isInstanceOf(GenerationCancelledException.class);
        assertThat(asked).isEmpty();
    }

    @Test
    void cancellingTheFutureCancelsTheTransportsAttempts() {
        CompletableFuture<Void> warming = client().warmUp();

        assertThat(warming.cancel(false)).isTrue();

        assertThat(connecting).isCancelled();
    }

    @Test
    void classesAreLoadedOnAnotherThread() {
        Deque<Runnable> later = new ArrayDeque<>();
        NeuralBox client = keep(builder.callbacks(later::add).build());

        CompletableFuture<Void> warming = client.warmUp();
        connecting.complete(null);

        assertThat(warming).isNotDone();
        assertThat(later).hasSize(1);
        // Each task may leave another one, but blocks this thread never.
        while (!later.isEmpty()) {
            later.remove().run();
        }
        assertThat(warming).isCompletedWithValue(null);
    }

    @Test
    void transportWithoutAWarmUpIsWarmAtOnce() {
        NeuralBox client = keep(stub.client(clock).build());

        assertThat(client.warmUp(2)).isCompletedWithValue(null);
        assertThat(stub.calls).isEmpty();
    }

    @Test
    void numberOfConnectionsIsChecked() {
        NeuralBox client = client();

        assertThatThrownBy(() -> client.warmUp(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connections must be at least 1: 0");
        assertThat(asked).isEmpty();
    }

    private NeuralBox client() {
        return keep(builder.build());
    }

    private NeuralBox keep(NeuralBox client) {
        clients.add(client);
        return client;
    }

    private final class Warmable implements Transport {

        @Override
        public TransportCall start(TransportRequest request) {
            return stub.start(request);
        }

        @Override
        public CompletableFuture<Void> warmUp(URI uri, int connections, Duration connectTimeout) {
            asked.add(uri + " " + connections + " " + connectTimeout);
            return connect.get();
        }

        @Override
        public String name() {
            return stub.name();
        }

        @Override
        public boolean mustNotBlock(Thread thread) {
            return false;
        }

        @Override
        public void close() {
            NOTHING.run();
        }
    }
}
