package top.neuralbox.faults.servers;

/**
 * The fault in the answer to the first caller.
 *
 * @param place its place, in thousandths of the possible places
 * @param after the server's action after the fault
 */
public record Flaw(Breakage breakage, int place, After after) {

    /** The action of a server after it broke a rule. */
    public enum After {
        GO_ON,
        CLOSE,
        HOLD
    }

    /** The index of the place among this many places. */
    int of(int places) {
        return (int) ((long) place * places / 1_000);
    }

    @Override
    public String toString() {
        return breakage + " (illegal by " + breakage.section() + ") at " + place + " per mille, then " + after;
    }
}
