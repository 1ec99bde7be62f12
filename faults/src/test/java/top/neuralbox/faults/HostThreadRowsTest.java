package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static top.neuralbox.faults.FaultRow.request;
import static top.neuralbox.faults.HostCallbackRowsTest.get;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.GenerationEvent;
import top.neuralbox.Timeouts;
import top.neuralbox.relay.StreamRelay;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;

/** Rows H11 and H12: the threads that deliver a relay's head, and the state that our threads inherit. */
@ParameterizedClass
@EnumSource
class HostThreadRowsTest {

    private static final String FIRST = "testkit-first";

    private static final Duration IDLE = Timeouts.defaults().idle();

    /** What an application keeps for the user whose request it serves. */
    private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();

    @Parameter
    Carrier carrier;

    @Test
    void h11BodyIsWrittenFromTheStageOfTheHead() throws Exception {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.whole());
            StreamRelay relay = StreamRelay.of(row.client().publish(request()));
            ByteArrayOutputStream out = new ByteArrayOutputStream();

            get(relay.head().thenAccept(head -> write(relay, out)));

            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("\"Here\"")
                    .endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void h11BodyIsWrittenFromTheStageOfTheHeadOfAFailure() throws Exception {
        try (FaultRow row = FaultRow.on(carrier)) {
            row.answer(Reply.stream("").hold());
            StreamRelay relay = StreamRelay.of(row.client().publish(request()));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Gate headIsOut = new Gate();
            CompletableFuture<Void> written = relay.head().thenAccept(head -> {
                assertThat(head.status()).isEqualTo(504);
                headIsOut.open();
                write(relay, out);
            });
            row.server().awaitRequests(1);

            row.clock().advanceUntil(headIsOut::isOpen, IDLE, () -> {});

            get(written);
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("timeout");
        }
    }

    @Test
    void h11WritingTheBodyIsRefusedWhereItWouldBlockAnEventLoop() throws Exception {
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        try (FaultRow row = FaultRow.on(carrier)) {
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            events.onItem(event -> {
                // Where it would work, it is not tried: it would send a request.
                if (row.transport().mustNotBlock(Thread.currentThread())) {
                    refusal.complete(catchThrowable(() ->
                            StreamRelay.of(row.client().publish(request())).writeTo(new ByteArrayOutputStream())));
                }
            });
            Gate begun = new Gate();
            row.start(
                    events,
                    Reply.stream(sse(START))
                            .await(begun)
                            .data(sse(Reply.DELTA, Reply.END, Reply.DONE))
                            .end());
            events.awaitItems(1);
            begun.open();
            events.awaitCompletion();

            assertThat(get(refusal))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("would block the event loop")
                    .hasMessageContaining("body");
        }
    }

    @Test
    void h12ThreadsCarryNothingOfTheThreadThatNeededThemFirst() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader application = new URLClassLoader(new URL[0], before)) {
            Runnable look = () -> {
                Thread here = Thread.currentThread();
                if (here.getName().equals(FIRST)) {
                    // A stage of a future that is complete runs where it is attached.
                    return;
                }
                if (USER.get() != null) {
                    seen.add(here.getName() + " carries " + USER.get());
                }
                if (here.getContextClassLoader() == application) {
                    seen.add(here.getName() + " carries the class loader");
                }
                if (here.getThreadGroup().getName().equals("user's")) {
                    seen.add(here.getName() + " is in the group");
                }
            };
            ThreadGroup group = new ThreadGroup("user's");
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread first = new Thread(
                    group,
                    () -> {
                        USER.set("alice");
                        Thread.currentThread().setContextClassLoader(application);
                        done.completeAsync(
                                () -> {
                                    everyThreadLooks(look);
                                    return null;
                                },
                                Runnable::run);
                    },
                    FIRST);
            first.start();
            get(done);
            first.join();
        }
        assertThat(seen).isEmpty();
    }

    private void everyThreadLooks(Runnable look) {
        try (FaultRow row = FaultRow.alone(carrier).expectRequests(3).pooled(2)) {
            RecordingSubscriber<GenerationEvent> events = RecordingSubscriber.unbounded();
            // Until the first signal this thread is the one that asks.
            events.onItem(event -> look.run());
            row.start(events, Reply.whole()).awaitCompletion();

            row.answer(Reply.whole());
            StreamRelay relay = StreamRelay.of(row.client().publish(request()));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            get(relay.head().thenAccept(head -> {
                look.run();
                write(relay, out);
            }));

            row.answer(Reply.stream(sse(START)).hold());
            CompletableFuture<Object> failed = row.client()
                    .generateAsync(request())
                    .handle((generation, error) -> {
                        look.run();
                        return "told";
                    });
            row.server().awaitRequests(3);
            row.clock().advanceUntil(failed::isDone, IDLE, () -> {});
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void write(StreamRelay relay, ByteArrayOutputStream out) {
        try {
            relay.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
