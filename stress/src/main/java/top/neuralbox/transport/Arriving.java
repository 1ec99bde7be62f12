package top.neuralbox.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import top.neuralbox.stress.Witness;

/** A body between an engine that brings digits and its reader. */
final class Arriving implements BodyPublisher.Source {

    private static final int MUCH = 4 * 1024;

    final Witness reader;
    private final BodyPublisher body = new BodyPublisher(this);

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
        body.offerCopy(ByteBuffer.wrap(new byte[] {(byte) digit}));
    }

    /** Brings so much that it takes a while to put it behind what waits, with this digit at its beginning. */
    void bringMuch(int digit) {
        body.offerCopy(ByteBuffer.allocate(MUCH).put(0, (byte) digit));
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

    @Override
    public void taken(int bytes) {}

    @Override
    public void abandoned() {}
}
