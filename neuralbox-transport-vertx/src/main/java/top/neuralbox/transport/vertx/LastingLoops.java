package top.neuralbox.transport.vertx;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Event loops that no {@code Error} ends. A loop of Netty ends for good when an error escapes from it (4.2): memory runs out
 * while it waits for the network, or the logger fails while it reports the exception of a task. Its connections and timers then
 * stop silently, and the engine still grants these connections (Vert.x 5.2.3).
 */
final class LastingLoops extends MultiThreadIoEventLoopGroup {

    LastingLoops(int threads, ThreadFactory threadFactory, IoHandlerFactory network) {
        super(threads, threadFactory, network);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory network, Object... arguments) {
        return new Lasting(this, executor, network);
    }

    /**
     * One of these loops. If memory runs out on it, data from the network may be lost, or its processing, and no call would
     * ever notice. So the loop waits until there is memory again, and then ends all of its calls and connections.
     */
    static final class Lasting extends SingleThreadIoEventLoop {

        /** The free memory that is needed to end calls and connections. */
        private static final int ENOUGH_MEMORY = 256 * 1024;

        private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

        /** After ten seconds the loop tries with less, because a small heap may never have that much free. */
        private static final int PATIENT_TRIES = 100;

        /** A chain of causes may be a circle. */
        private static final int MOST_CAUSES = 8;

        /** The connections on this loop. Confined to it. */
        private final Set<ReadWitness> connections = new HashSet<>();

        private volatile boolean shortOfMemory;
        private volatile Runnable endCalls = () -> {};

        Lasting(IoEventLoopGroup group, Executor executor, IoHandlerFactory network) {
            super(group, executor, network);
        }

        /**
         * Sets the action that ends the calls on this loop when memory has run out. It runs on the loop, perhaps more than
         * once.
         */
        void onShortage(Runnable endCalls) {
            this.endCalls = endCalls;
        }

        /** Whether data may have been lost, and its calls and connections have not been ended yet. From any thread. */
        boolean isShortOfMemory() {
            return shortOfMemory;
        }

        /** Marks this loop as short of memory, if that is the reason. From any thread. Allocates nothing. */
        boolean shortageIn(@Nullable Throwable thrown) {
            Throwable cause = thrown;
            for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
                if (cause instanceof OutOfMemoryError) {
                    shortOfMemory = true;
                    wakeup(inEventLoop());
                    return true;
                }
                cause = cause.getCause();
            }
            return false;
        }

        void opened(ReadWitness connection) {
            connections.add(connection);
        }

        void closed(ReadWitness connection) {
            connections.remove(connection);
        }

        @Override
        protected void run() {
            boolean broken;
            do {
                broken = breaks();
            } while (broken);
        }

        @Override
        protected int runIo() {
            for (int tries = 0; shortOfMemory && !isShuttingDown(); tries++) {
                recover(tries);
            }
            return super.runIo();
        }

        /** Runs until the loop is shut down. True if an exception escaped before. */
        private boolean breaks() {
            try {
                super.run();
                return false;
            } catch (Throwable thrown) {
                if (isShuttingDown()) {
                    throw thrown;
                }
                // Not logged: the logger itself may have failed, while it reported the exception of a task.
                shortageIn(thrown);
                return true;
            }
        }

        private void recover(int tries) {
            try {
                byte[] enough = new byte[tries < PATIENT_TRIES ? ENOUGH_MEMORY : 1];
                // Before the calls end, so that a new shortage is seen.
                shortOfMemory = enough.length == 0;
                endCalls.run();
                List.copyOf(connections).forEach(ReadWitness::close);
            } catch (OutOfMemoryError still) {
                shortOfMemory = true;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
