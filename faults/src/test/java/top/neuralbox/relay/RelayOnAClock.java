package top.neuralbox.relay;

import top.neuralbox.concurrent.Delayer;

/** Gives a relay the clock of a test, through the seam that core keeps to its own package. */
public final class RelayOnAClock {

    private RelayOnAClock() {}

    public static StreamRelay.Builder drive(StreamRelay.Builder builder, Delayer clock) {
        return builder.delayer(clock);
    }
}
