package top.neuralbox.transport.vertx;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Event loops that no {@code Error} ends. Those of Netty end for good when one comes out of them (4.2): memory runs out while
 * they wait for the network, or a log fails that reports what a task has thrown. Their connections and timers then stand
 * still without a word, and the engine goes on to hand out these connections (Vert.x 5.2.3).
 */
final class LastingLoops extends MultiThreadIoEventLoopGroup {

    LastingLoops(int threads, ThreadFactory threadFactory, IoHandlerFactory network) {
        super(threads, threadFactory, network);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory network, Object... arguments) {
        return new Lasting(this, executor, network);
    }

    private static final class Lasting extends SingleThreadIoEventLoop {

        Lasting(IoEventLoopGroup group, Executor executor, IoHandlerFactory network) {
            super(group, executor, network);
        }

        @Override
        protected void run() {
            boolean broken;
            do {
                broken = breaks();
            } while (broken);
        }

        /** Runs until the loop is shut down; true if something came out of it before. */
        private boolean breaks() {
            try {
                super.run();
                return false;
            } catch (Throwable thrown) {
                if (isShuttingDown()) {
                    throw thrown;
                }
                // The log may be what has failed, and what it should have reported was not this loop's anyway.
                return true;
            }
        }
    }
}
