package top.neuralbox;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.Delayer;
import top.neuralbox.concurrent.MemoryWait;
import top.neuralbox.transport.TransportResponse;

/** Reads the body of an answer that is not a stream, up to a number of bytes and within a time limit. */
final class BoundedBody implements Flow.Subscriber<ByteBuffer> {

    /** How the reading ended. */
    enum End {
        COMPLETE,
        TOO_LONG,
        TOO_LATE,
        BROKEN
    }

    /** Receives the body. Called once, on a thread of the transport or a callback thread. */
    @FunctionalInterface
    interface Target {
        void body(byte[] bytes, End end, @Nullable Throwable error);
    }

    private final TransportResponse response;
    private final int limit;
    private final Runnable arrival;
    private final Target target;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private volatile End early = End.BROKEN;
    private volatile Delayer.Cancellable deadline = () -> {};
    private Flow.@Nullable Subscription subscription;
    private boolean settled;

    private BoundedBody(TransportResponse response, int limit, Runnable arrival, Target target) {
        this.response = response;
        this.limit = limit;
        this.arrival = arrival;
        this.target = target;
    }

    /**
     * Reads a body with its own deadline.
     *
     * @param limit the most bytes to keep; a longer body is cut and its response closed
     * @param patience how long the reading may take
     */
    static void read(TransportResponse response, int limit, Duration patience, ClientSettings settings, Target target) {
        BoundedBody body = new BoundedBody(response, limit, () -> {}, target);
        body.deadline = settings.later(patience.toNanos(), () -> body.giveUp(End.TOO_LATE));
        response.body().subscribe(body);
    }

    /**
     * A body without a deadline, because the caller's timers watch it. {@link #read()} begins to read it.
     *
     * @param limit the most bytes to keep; a longer body is cut and its response closed
     * @param arrival runs when bytes arrive
     */
    static BoundedBody of(TransportResponse response, int limit, Runnable arrival, Target target) {
        return new BoundedBody(response, limit, arrival, target);
    }

    void read() {
        response.body().subscribe(this);
    }

    /** A copy of the bytes that have arrived. From any thread, because the stream of bytes has a lock of its own. */
    byte[] soFar() {
        return bytes.toByteArray();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        try {
            subscription.request(1);
        } catch (Throwable t) {
            broke(t);
        }
    }

    @Override
    public void onNext(ByteBuffer chunk) {
        try {
            accept(chunk);
        } catch (Throwable t) {
            broke(t);
        }
    }

    /** This subscriber failed. The publisher would take an exception for a cancel, and signal no end. */
    private void broke(Throwable thrown) {
        settle(End.BROKEN, thrown);
        response.close();
    }

    private void accept(ByteBuffer chunk) {
        arrival.run();
        byte[] piece = new byte[Math.min(limit - bytes.size(), chunk.remaining())];
        chunk.get(piece);
        bytes.writeBytes(piece);
        if (chunk.hasRemaining()) {
            giveUp(End.TOO_LONG);
        } else if (subscription != null) {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable error) {
        settle(early, error);
    }

    @Override
    public void onComplete() {
        settle(End.COMPLETE, null);
    }

    /** Closes the response. Its body then ends with an error on the transport's thread, and that signal settles this one. */
    private void giveUp(End why) {
        early = why;
        response.close();
    }

    /** Passes the body on, once. Tries again if there is no memory, because no other signal would end the call. */
    private void settle(End end, @Nullable Throwable error) {
        if (settled) {
            return;
        }
        settled = true;
        for (int tries = 0; ; tries++) {
            try {
                deadline.cancel();
                byte[] body = bytes.toByteArray();
                target.body(body, end, error);
                return;
            } catch (OutOfMemoryError full) {
                MemoryWait.forAnotherTry(tries, full);
            }
        }
    }
}
