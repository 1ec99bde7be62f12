package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.FaultClock;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBox;
import top.neuralbox.RetryPolicy;
import top.neuralbox.Timeouts;
import top.neuralbox.contract.host.ClientThreads;
import top.neuralbox.logs.Logs;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/**
 * Many streams at a time with random faults, on real clocks. Each build runs a few for a second, which shows that the test
 * works. {@code -Psoak} runs two hundred for five minutes.
 */
@Logs(perhaps = "ignoring DATA frame for stream")
@ParameterizedClass
@EnumSource
class SoakTest {

    private static final int STREAMS = Integer.getInteger("neuralbox.test.soakStreams", 20);
    private static final long SEED = 20_260_308;
    private static final Duration LENGTH =
            Duration.ofSeconds(Long.getLong("neuralbox.test.soakSeconds", 4)).dividedBy(Carrier.values().length);
    private static final Duration SEGMENT =
            LENGTH.dividedBy(3).compareTo(Duration.ofSeconds(5)) < 0 ? LENGTH.dividedBy(3) : Duration.ofSeconds(5);
    private static final Duration LAST = Duration.ofMillis(100);
    private static final long HEAP_GROWTH = 32L << 20;
    /** The JDK and the engines open some files of their own as classes are loaded. */
    private static final long DESCRIPTORS_LEFT = 32;

    private static final long PATIENCE_SECONDS = 60;

    @Parameter
    Carrier carrier;

    @Test
    void randomFaultsLeaveNothingBehind() throws InterruptedException {
        Tally tally = new Tally();
        try (FaultServer last = carrier.server()) {
            // Loads the classes, and no more: after a soak, sockets that are still closing would hide as many leaks.
            carrier.shared();
            Set<Thread> threads = ClientThreads.living();
            long descriptors = descriptors();
            run(last, tally, SEGMENT);
            long heap = heap();

            long growth = run(last, tally, LENGTH);

            last.awaitNoConnections();
            ClientThreads.awaitEndOfOthers(threads);
            FaultClock.await("the end of all sockets", () -> descriptors() - descriptors < DESCRIPTORS_LEFT);
            long left = heap() - heap;
            System.out.printf(
                    "%s: %d generations, %d completed; heap grew by %d KiB in the last third, %d KiB were left after the end,"
                            + " with %d file descriptors and no thread%n",
                    carrier,
                    tally.ended.sum(),
                    tally.completed.sum(),
                    growth >> 10,
                    left >> 10,
                    descriptors() - descriptors);
            assertThat(growth).as("heap growth in bytes").isLessThan(HEAP_GROWTH);
            assertThat(left).as("heap left in bytes").isLessThan(HEAP_GROWTH);
        }
        assertThat(tally.completed.sum()).isPositive().isLessThan(tally.ended.sum());
    }

    /**
     * Soaks a transport and closes it. Gives the growth of the heap in bytes in the last third of the time: before that the
     * pool fills up with connections to servers that have gone.
     */
    private long run(FaultServer last, Tally tally, Duration length) throws InterruptedException {
        TransportConfig.Builder config = TransportConfig.builder().trustManager(Certificates.ALL.trustManager());
        try (Transport transport = carrier.transport(config)) {
            long begin = System.nanoTime();
            do {
                segment(transport, tally);
            } while (System.nanoTime() - begin < length.toNanos() * 2 / 3);
            long before = heap();
            do {
                segment(transport, tally);
            } while (System.nanoTime() - begin < length.toNanos());
            long growth = heap() - before;
            run(last, transport, tally, LAST);
            return growth;
        }
    }

    /** With a server of its own, because servers keep every request for tests to look at. */
    private void segment(Transport transport, Tally tally) throws InterruptedException {
        try (FaultServer server = carrier.server()) {
            run(server, transport, tally, SEGMENT);
        }
    }

    private static void run(FaultServer server, Transport transport, Tally tally, Duration length)
            throws InterruptedException {
        try (NeuralBox client = client(server, transport, tally)) {
            run(server, client, length);
            tally.awaitEnd();
        }
    }

    private static NeuralBox client(FaultServer server, Transport transport, Tally tally) {
        return NeuralBox.builder()
                .apiKey(FaultRow.KEY)
                .baseUri(server.uri())
                .transport(transport)
                .name("soak")
                .listener(tally)
                .timeouts(Timeouts.builder().idle(Duration.ofMillis(200)).build())
                .retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(5)).build())
                .build();
    }

    /** Keeps so many streams going, each followed by the next when it ends, until the time is over. */
    private static void run(FaultServer server, NeuralBox client, Duration length) throws InterruptedException {
        long deadline = System.nanoTime() + length.toNanos();
        CountDownLatch idle = new CountDownLatch(STREAMS);
        for (int i = 0; i < STREAMS; i++) {
            new Lane(server, client, deadline, new Random(SEED + i), idle).next();
        }
        assertThat(idle.await(length.toSeconds() + PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("every stream ended")
                .isTrue();
    }

    private static long heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Open files and sockets of this process; none where the platform does not tell. */
    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    /** One stream after the other. */
    private record Lane(FaultServer server, NeuralBox client, long deadline, Random random, CountDownLatch idle) {

        void next() {
            if (System.nanoTime() - deadline > 0) {
                idle.countDown();
                return;
            }
            server.answer(reply());
            client.publish(FaultRow.request()).subscribe(new Reader(this, random.nextInt(20) == 0));
        }

        private Reply reply() {
            Reply.Builder begun = Reply.stream(sse(START, DELTA));
            return switch (random.nextInt(12)) {
                case 0 -> begun.close();
                case 1 -> begun.reset(8);
                case 2 -> begun.end();
                case 3 -> begun.hold();
                case 4 -> begun.forever(sse(DELTA).repeat(50) + "data: {not json\n\n");
                case 5 -> Reply.nothing().close();
                case 6 -> Reply.refusal(500, "provider_error");
                case 7 -> Reply.html(502, "<html>upstream</html>");
                case 8 -> Reply.events(START, DELTA, "{\"type\": \"error\", \"message\": \"no\"}", DONE);
                default -> Reply.whole();
            };
        }
    }

    /** Requests one event at a time. Cancels after the first if it is told to. */
    private static final class Reader implements Flow.Subscriber<GenerationEvent> {

        private final Lane lane;
        private final boolean cancels;
        private Flow.Subscription subscription;

        Reader(Lane lane, boolean cancels) {
            this.lane = lane;
            this.cancels = cancels;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(1);
        }

        @Override
        public void onNext(GenerationEvent event) {
            if (cancels) {
                subscription.cancel();
                lane.next();
            } else {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable throwable) {
            lane.next();
        }

        @Override
        public void onComplete() {
            lane.next();
        }
    }

    /** Counts the starts and the ends of generations. */
    private static final class Tally implements GenerationListener {

        private final AtomicInteger open = new AtomicInteger();
        private final LongAdder ended = new LongAdder();
        private final LongAdder completed = new LongAdder();

        @Override
        public Observer started(GenerationInfo info) {
            open.incrementAndGet();
            return outcome -> {
                open.decrementAndGet();
                ended.increment();
                if (outcome.kind() == GenerationOutcome.Kind.COMPLETED) {
                    completed.increment();
                }
            };
        }

        void awaitEnd() {
            FaultClock.await("the end of all generations", () -> open.get() == 0);
        }
    }
}
