package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostNamesTest {

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<UnaryOperator<Thread>> shortages = new ConcurrentLinkedQueue<>();
    private final HostNames names = new HostNames(
            host -> {
                if (failures.poll() instanceof Error failure) {
                    throw failure;
                }
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            },
            threads -> task -> {
                UnaryOperator<Thread> shortage = shortages.poll();
                Thread thread = threads.newThread(task);
                return shortage == null ? thread : shortage.apply(thread);
            });

    @AfterEach
    void close() {
        names.close();
    }

    @Test
    void errorInALookUpIsToldAndTheNextCallLooksAgain() throws Exception {
        failures.add(new NoClassDefFoundError("thrown by a test"));

        assertThat(told("service.example")).isInstanceOf(NoClassDefFoundError.class);
        assertThat(told("service.example")).isNull();
    }

    @Test
    void errorOfTheExecutorIsToldAndTheNextCallLooksAgain() throws Exception {
        shortages.add(thread -> {
            throw new OutOfMemoryError("unable to create native thread");
        });

        assertThat(told("service.example")).isInstanceOf(OutOfMemoryError.class);
        assertThat(told("service.example")).isNull();
    }

    @Test
    void refusalOfTheExecutorIsToldAndTheNextCallLooksAgain() throws Exception {
        // A pool that gets no thread from its factory refuses the task.
        shortages.add(thread -> null);

        assertThat(told("service.example")).isInstanceOf(RejectedExecutionException.class);
        assertThat(told("service.example")).isNull();
    }

    @Test
    void callThatThrowsIsToldWhatItThrew() throws Exception {
        CompletableFuture<@Nullable Throwable> told = new CompletableFuture<>();
        names.lookUp("service.example", unknown -> {
            if (unknown == null) {
                throw new StackOverflowError("thrown by a test");
            }
            told.complete(unknown);
        });
        assertThat(told.get(20, TimeUnit.SECONDS)).isInstanceOf(StackOverflowError.class);
    }

    private @Nullable Throwable told(String host) throws Exception {
        CompletableFuture<@Nullable Throwable> told = new CompletableFuture<>();
        names.lookUp(host, told::complete);
        return told.get(20, TimeUnit.SECONDS);
    }
}
