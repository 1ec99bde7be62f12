package top.neuralbox.faults.servers;

/**
 * How the callers behave, who are no part of the server: what it does may matter for some ways only.
 *
 * @param together whether they come at the same time, and not one after the other
 * @param oneConnection whether the client may have one connection at the most
 * @param cancelAfterMicros when the first one cancels, after the server went on from its pause; -1 for never
 */
public record Callers(boolean together, boolean oneConnection, int cancelAfterMicros) {

    public static final Callers ONE_BY_ONE = new Callers(false, false, -1);
    public static final Callers TOGETHER = new Callers(true, false, -1);

    /** Whether the first one cancels. */
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
