package top.neuralbox;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import top.neuralbox.concurrent.StandingTime;

/** An inbox with what a call and a transport put around it. Chunk n arrives at the time n and has the one byte n. */
final class Inbox implements BodyInbox.Receiver, Flow.Subscription {

    final StandingTime time = new StandingTime();
    final BodyInbox inbox =
            new BodyInbox(time, new StreamTimers(time, Timeouts.defaults(), (timer, limit) -> {}), this);
    private final AtomicLong demand = new AtomicLong();
    private int sent;
    private int read;
    private int faults;

    Inbox() {
        inbox.onSubscribe(this);
    }

    /** The transport brings the next chunk, if it was asked for. */
    void bring() {
        if (demand.get() > sent) {
            sent++;
            time.moveTo(sent);
            inbox.onNext(ByteBuffer.wrap(new byte[] {(byte) sent}));
        }
    }

    /** The reader takes the next chunk, if one is there. */
    boolean take() {
        ByteBuffer chunk = inbox.take();
        if (chunk == null) {
            return false;
        }
        read++;
        if (chunk.get(0) != read) {
            faults++;
        }
        if (inbox.takenArrival() != read) {
            faults += 10;
        }
        return true;
    }

    /** How many chunks were read. */
    int read() {
        return read;
    }

    /** How many were brought. */
    int sent() {
        return sent;
    }

    /** Ones count chunks out of order, tens those with the wrong time of arrival, hundreds those without a free slot. */
    int faults() {
        return faults;
    }

    @Override
    public boolean readAtOnce(ByteBuffer chunk, long arrival) {
        return false;
    }

    @Override
    public void ready() {}

    @Override
    public void threw(Throwable overflow) {
        faults += 100;
    }

    @Override
    public void request(long n) {
        demand.addAndGet(n);
    }

    @Override
    public void cancel() {}
}
