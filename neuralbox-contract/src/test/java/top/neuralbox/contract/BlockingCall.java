package top.neuralbox.contract;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;
import top.neuralbox.transport.TransportResponse;

/** A call of {@link BlockingTransport}: everything happens on its own thread, and its state is guarded by its monitor. */
final class BlockingCall implements TransportCall, Runnable, Flow.Publisher<ByteBuffer> {

    private final BlockingTransport transport;
    private final TransportRequest request;
    private final CompletableFuture<TransportResponse> response = new CompletableFuture<>();
    private volatile boolean sent;

    private Flow.Subscriber<? super ByteBuffer> subscriber;
    private boolean subscribed;
    private boolean quiet;
    private long demand;
    private Throwable ended;
    private boolean complete;
    private boolean finished;
    private Socket socket;
    private Runnable closer = () -> {};

    BlockingCall(BlockingTransport transport, TransportRequest request) {
        this.transport = transport;
        this.request = request;
    }

    @Override
    public CompletionStage<TransportResponse> response() {
        return response;
    }

    @Override
    public boolean mayHaveBeenSent() {
        return sent;
    }

    @Override
    public void cancel() {
        end(Kind.CANCELLED);
    }

    void end(Kind kind) {
        end(new TransportException(kind, "ended: " + kind, null), false);
    }

    @Override
    public void run() {
        BlockingConnection connection = null;
        boolean permit = false;
        try {
            long deadline = System.nanoTime() + request.connectTimeout().toNanos();
            waitForPermit(deadline);
            permit = true;
            connection = exchange(deadline);
            byte[] some = null;
            do {
                if (some != null) {
                    emit(some);
                }
                awaitDemandOrPeekEnd();
                some = connection.readSome();
            } while (some != null);
            finish(connection);
            return;
        } catch (TransportException e) {
            end(e, false);
        } catch (IOException e) {
            end(new TransportException(Kind.LOST, "connection lost", e), false);
        } catch (Throwable e) {
            end(new TransportException(Kind.OTHER, "failed", e), false);
        }
        if (connection != null) {
            connection.close();
        }
        if (permit) {
            transport.release(request.uri(), null);
        }
        transport.ended(this);
        response.completeExceptionally(ended);
        signalError();
    }

    private void waitForPermit(long deadline) throws InterruptedException {
        while (true) {
            synchronized (this) {
                failIfEnded();
            }
            long slice = Math.min(20_000_000, deadline - System.nanoTime());
            if (slice <= 0) {
                throw new TransportException(Kind.POOL_TIMEOUT, "no connection became free", null);
            }
            try {
                transport.acquire(slice);
                return;
            } catch (TransportException e) {
                continue;
            }
        }
    }

    private BlockingConnection exchange(long deadline) throws IOException {
        BlockingConnection connection = transport.idleConnection(request.uri());
        if (connection == null) {
            connection = BlockingConnection.open(request.uri(), transport.config(), deadline, this::opening);
        }
        BlockingConnection opened = connection;
        try {
            synchronized (this) {
                failIfEnded();
                closer = opened::close;
            }
            sent = true;
            request.onSent().run();
            opened.write(request);
            BlockingConnection.Head head = opened.readHead();
            response.complete(TransportResponse.of(head.status(), head.headers(), this, this::cancel));
            return opened;
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
    }

    private void opening(Socket raw) {
        synchronized (this) {
            failIfEnded();
            socket = raw;
        }
    }

    private synchronized void awaitDemandOrPeekEnd() throws InterruptedException {
        while (ended == null && (subscriber == null || demand == 0)) {
            wait();
        }
        failIfEnded();
    }

    private void emit(byte[] some) {
        synchronized (this) {
            failIfEnded();
            demand = demand == Long.MAX_VALUE ? demand : demand - 1;
        }
        subscriber.onNext(ByteBuffer.wrap(some));
    }

    private void finish(BlockingConnection connection) {
        synchronized (this) {
            failIfEnded();
            complete = true;
        }
        transport.release(request.uri(), connection.isReusable() ? connection : null);
        if (!connection.isReusable()) {
            connection.close();
        }
        transport.ended(this);
        if (!quiet) {
            subscriber.onComplete();
        }
    }

    private void end(Throwable failure, boolean silently) {
        Socket opening;
        synchronized (this) {
            if (ended != null || complete) {
                return;
            }
            ended = failure;
            quiet |= silently;
            opening = socket;
            notifyAll();
        }
        if (opening != null) {
            try {
                opening.close();
            } catch (IOException e) {
                // Closed is closed.
            }
        }
        closer.run();
        response.completeExceptionally(failure);
    }

    private void signalError() {
        Flow.Subscriber<? super ByteBuffer> receiver;
        synchronized (this) {
            finished = true;
            receiver = subscriber;
        }
        if (receiver != null && !quiet) {
            receiver.onError(ended);
        }
    }

    private void failIfEnded() {
        if (ended instanceof TransportException failure) {
            throw failure;
        }
        if (ended != null) {
            throw new IllegalStateException(ended);
        }
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> next) {
        synchronized (this) {
            if (subscribed) {
                refuse(next);
                return;
            }
            subscribed = true;
        }
        try {
            next.onSubscribe(new Demand());
        } catch (Throwable e) {
            end(e, true);
            return;
        }
        boolean late;
        synchronized (this) {
            subscriber = next;
            late = finished && !quiet;
            notifyAll();
        }
        if (late) {
            next.onError(ended);
        }
    }

    private static void refuse(Flow.Subscriber<? super ByteBuffer> next) {
        next.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        });
        next.onError(new IllegalStateException("one subscriber only"));
    }

    private final class Demand implements Flow.Subscription {

        @Override
        public void request(long n) {
            if (n <= 0) {
                end(new IllegalArgumentException("demand must be positive: " + n), false);
            } else {
                ask(n);
            }
        }

        @Override
        public void cancel() {
            end(new TransportException(Kind.CANCELLED, "cancelled", null), true);
        }
    }

    private synchronized void ask(long n) {
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
        notifyAll();
    }
}
