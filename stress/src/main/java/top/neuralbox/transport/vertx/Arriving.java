package top.neuralbox.transport.vertx;

import java.nio.ByteBuffer;
import top.neuralbox.stress.KeptTasks;
import top.neuralbox.stress.Witness;
import top.neuralbox.transport.BodyPublisher;

/** A body between an engine that brings digits and its reader. The engine pauses and resumes as {@link ResponseFlow} does. */
final class Arriving implements BodyPublisher.Source {

    /** Made before: while it was filled, the reader would always be faster. */
    private static final byte[] MUCH = new byte[ResponseFlow.HIGH_WATER_MARK];

    static {
        MUCH[0] = 1;
    }

    final Witness reader;
    private final BodyPublisher body = new BodyPublisher(this);
    private final KeptTasks eventLoop = new KeptTasks();
    private volatile boolean paused;

    /** A body without a reader; the reader will ask for so much at once. */
    Arriving(long demand) {
        reader = Witness.ofBytes(demand);
    }

    void subscribe() {
        body.subscribe(reader);
    }

    void bring(int digit) {
        offer(ByteBuffer.wrap(new byte[] {(byte) digit}));
    }

    /** Brings as much as may lie ahead of demand, with the digit 1 at its beginning. */
    void bringMuch() {
        offer(ByteBuffer.wrap(MUCH));
    }

    void complete() {
        body.complete();
    }

    void abort() {
        body.abort(new IllegalStateException("given up"));
    }

    /** The event loop does what was left to it. */
    void runEventLoop() {
        eventLoop.run();
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether little or nothing is kept. */
    boolean hasRoom() {
        return body.ahead() <= ResponseFlow.HIGH_WATER_MARK / 2;
    }

    @Override
    public void taken(int bytes) {
        if (paused) {
            eventLoop.execute(this::resumeIfRoom);
        }
    }

    @Override
    public void abandoned() {}

    private void offer(ByteBuffer bytes) {
        body.offer(bytes);
        if (body.ahead() >= ResponseFlow.HIGH_WATER_MARK && !paused) {
            paused = true;
            resumeIfRoom();
        }
    }

    private void resumeIfRoom() {
        if (paused && hasRoom()) {
            paused = false;
        }
    }
}
