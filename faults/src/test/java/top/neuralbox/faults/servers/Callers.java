package top.neuralbox.faults.servers;

/**
 * The behaviour of the callers. They are not part of the server, but some of its choices matter only for some behaviours.
 *
 * @param together whether they call at the same time, and not one after the other
 * @param oneConnection whether the client may have at most one connection
 * @param cancelAfterMicros the time from the end of the server's pause until the first caller cancels; -1 for never
 */
public record Callers(boolean together, boolean oneConnection, int cancelAfterMicros) {

    public static final Callers ONE_BY_ONE = new Callers(false, false, -1);
    public static final Callers TOGETHER = new Callers(true, false, -1);

    /** Whether the first caller cancels. */
    public boolean firstCancels() {
        return cancelAfterMicros >= 0;
    }

    @Override
    public String toString() {
        return new Words()
                .say(together, "at the same time")
                .say(oneConnection, "on one connection")
                .say(firstCancels(), "the first cancels " + cancelAfterMicros + " us after its pause")
                .toString();
    }
}
