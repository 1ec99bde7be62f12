package top.neuralbox.benchmarks.endtoend;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The readers of some streams that run side by side, and what they read. */
final class Readings {

    private static final long PATIENCE_SECONDS = 300;

    private final CountDownLatch ended;
    private final LongAdder deltas = new LongAdder();
    private final LongAdder chars = new LongAdder();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    Readings(int streams) {
        ended = new CountDownLatch(streams);
    }

    /** A reader that counts. */
    StreamReader counting() {
        return new Counting();
    }

    /** A reader that compares what it reads with this text. */
    StreamReader comparing(String text) {
        return new Comparing(text);
    }

    /**
     * A reader that takes each text as the time when it was sent, and notes how long ago that is. It fails if the times do not
     * rise, or if there are not as many.
     *
     * @param most how many events there are
     */
    Timing timing(int most) {
        return new Timing(most);
    }

    void awaitEnd() throws InterruptedException {
        if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(ended.getCount() + " streams did not end");
        }
    }

    int opened() {
        return opened.get();
    }

    int failures() {
        return failures.get();
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    long deltas() {
        return deltas.sum();
    }

    long chars() {
        return chars.sum();
    }

    /** Latencies in microseconds. */
    static List<Double> micros(List<Timing> readers) {
        List<Double> all = new ArrayList<>();
        for (Timing reader : readers) {
            for (int i = 0; i < reader.count; i++) {
                all.add(reader.nanos[i] / 1e3);
            }
        }
        return all;
    }

    private void end(@Nullable Throwable reason) {
        if (reason != null) {
            failures.incrementAndGet();
            failure = reason;
        }
        ended.countDown();
    }

    /** Driven by one thread at a time. */
    private final class Counting implements StreamReader {

        private long myDeltas;
        private long myChars;

        @Override
        public void delta(String text) {
            if (myDeltas == 0 && text.equals("0")) {
                opened.incrementAndGet();
            } else if (!text.isEmpty()) {
                myDeltas++;
                myChars += text.length();
            }
        }

        @Override
        public void ended(@Nullable Throwable reason) {
            deltas.add(myDeltas);
            chars.add(myChars);
            end(reason);
        }
    }

    /** Driven by one thread at a time. */
    private final class Comparing implements StreamReader {

        private final String text;
        private int at;
        private boolean differs;

        Comparing(String text) {
            this.text = text;
        }

        @Override
        public void delta(String piece) {
            differs |= !text.startsWith(piece, at);
            at += piece.length();
        }

        @Override
        public void ended(@Nullable Throwable reason) {
            boolean whole = !differs && at == text.length();
            end(reason == null && !whole ? new IllegalStateException("the text differs, or ends at " + at) : reason);
        }
    }

    /** Driven by one thread at a time. */
    final class Timing implements StreamReader {

        private final long[] nanos;
        private int count;
        private long last;
        private boolean outOfOrder;

        private Timing(int most) {
            nanos = new long[most];
        }

        @Override
        public void delta(String text) {
            long now = System.nanoTime();
            if (text.equals("0")) {
                opened.incrementAndGet();
            } else if (!text.isEmpty()) {
                long sent = Long.parseLong(text);
                if (sent > last && count < nanos.length) {
                    nanos[count++] = now - sent;
                } else {
                    outOfOrder = true;
                }
                last = sent;
            }
        }

        @Override
        public void ended(@Nullable Throwable reason) {
            deltas.add(count);
            boolean whole = !outOfOrder && count == nanos.length;
            end(
                    reason == null && !whole
                            ? new IllegalStateException(
                                    count + " events of " + nanos.length + (outOfOrder ? ", out of order" : ""))
                            : reason);
        }
    }
}
