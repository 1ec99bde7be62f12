package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.apache.hc.core5.http.nio.CapacityChannel;
import top.neuralbox.stress.Witness;

/** A body between an engine that brings digits and its reader. */
final class Arriving implements CapacityChannel {

    private static final int MUCH = 4 * 1024;

    final Witness reader;
    private final BodyPublisher body = new BodyPublisher(() -> {}, failure -> {});
    private int credit;

    /** A body without a reader; the reader will ask for so much at once. */
    Arriving(long demand) {
        reader = Witness.ofBytes(demand);
    }

    void subscribe() {
        subscribe(reader);
    }

    void subscribe(Flow.Subscriber<ByteBuffer> other) {
        body.subscribe(other);
    }

    void bring(int digit) {
        body.receive(ByteBuffer.wrap(new byte[] {(byte) digit}));
    }

    /** Brings so much that it takes a while to put it behind what waits, with this digit at its beginning. */
    void bringMuch(int digit) {
        body.receive(ByteBuffer.allocate(MUCH).put(0, (byte) digit));
    }

    void complete() {
        body.complete();
    }

    void fail() {
        body.fail(new IllegalStateException("broken off"));
    }

    void abort() {
        body.abort(new IllegalStateException("given up"));
    }

    /** The engine shows its account. */
    void account() {
        body.updateCapacity(this);
    }

    /** How many bytes the engine may read again. */
    int credit() {
        return credit;
    }

    @Override
    public void update(int increment) {
        credit += increment;
    }
}
