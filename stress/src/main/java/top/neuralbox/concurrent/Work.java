package top.neuralbox.concurrent;

import top.neuralbox.stress.OneAtATime;

/** What is done in turn: it looks which of two threads have said something. Its fields are plain: the turns order them. */
final class Work implements Runnable {

    private final OneAtATime serial = new OneAtATime();
    private boolean first;
    private boolean second;
    private int seen;

    /** By the first thread, before it asks for a turn. */
    void first() {
        first = true;
    }

    /** By the second thread, before it asks for a turn. */
    void second() {
        second = true;
    }

    @Override
    public void run() {
        serial.enter();
        seen = (first ? 1 : 0) + (second ? 2 : 0);
        serial.leave();
    }

    /** What the last run has seen: 1 for the first, plus 2 for the second. */
    int seen() {
        return seen;
    }

    /** 1 if two threads were at it at once. */
    int faults() {
        return serial.faults();
    }
}
