package top.neuralbox.faults;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A resource that a process runs out of, for a while. */
interface MachineFault {

    void begin();

    void end();

    /** The heap is full, and is filled again as soon as something in it becomes free. */
    final class FullHeap implements MachineFault {

        /** Nothing of use finds room beside them. */
        private static final int SMALLEST = 32;

        private static final int LARGEST = 1 << 20;

        private volatile @Nullable Piece pieces;

        private record Piece(byte[] bytes, @Nullable Piece next) {}

        @Override
        public void begin() {
            int size = LARGEST;
            while (size >= SMALLEST) {
                try {
                    pieces = new Piece(new byte[size], pieces);
                } catch (OutOfMemoryError full) {
                    size /= 8;
                }
            }
        }

        @Override
        public void end() {
            pieces = null;
        }
    }

    /** Every file descriptor is used. */
    final class NoDescriptors implements MachineFault {

        private final Deque<FileInputStream> open = new ArrayDeque<>(1 << 12);

        @Override
        public void begin() {
            try {
                while (true) {
                    open.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException used) {
                // That was the last one.
            }
        }

        @Override
        public void end() {
            try {
                for (FileInputStream one = open.poll(); one != null; one = open.poll()) {
                    one.close();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** No thread can be created. */
    final class NoThreads implements MachineFault {

        private static final int STACK = 128 * 1024;

        private final CountDownLatch over = new CountDownLatch(1);
        private final List<Thread> threads = new ArrayList<>();

        @Override
        public void begin() {
            try {
                while (true) {
                    Thread thread = new Thread(null, this::await, "filler", STACK);
                    thread.setDaemon(true);
                    thread.start();
                    threads.add(thread);
                }
            } catch (OutOfMemoryError used) {
                // That was the last one.
            }
        }

        @Override
        public void end() {
            over.countDown();
            try {
                for (Thread thread : threads) {
                    thread.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void await() {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
