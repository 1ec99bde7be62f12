package top.neuralbox.concurrent;

import java.util.concurrent.Executor;

/** The threads of the process that belong to no client. They start on demand and end by themselves when they have no work. */
public final class ProcessThreads {

    /** Runs the timers of relays. */
    public static final Delayer TIMER = TimerThread.unowned("relay");

    /** Runs callbacks that may block. */
    public static final Executor CALLBACKS = new CallbackThreads("relay", TIMER);

    private ProcessThreads() {}
}
