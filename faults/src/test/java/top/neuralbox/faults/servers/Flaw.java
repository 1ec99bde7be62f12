package top.neuralbox.faults.servers;

/**
 * What is wrong with the answer to the first caller.
 *
 * @param place where, in thousandths of the places at which it can be
 * @param after what the server does then
 */
public record Flaw(Breakage breakage, int place, After after) {

    /** What a server does after it broke a rule. */
    public enum After {
        GO_ON,
        CLOSE,
        HOLD
    }

    /** One of so many places. */
    int of(int places) {
        return (int) ((long) place * places / 1_000);
    }

    @Override
    public String toString() {
        return breakage + " (illegal by " + breakage.section() + ") at " + place + " per mille, then " + after;
    }
}
