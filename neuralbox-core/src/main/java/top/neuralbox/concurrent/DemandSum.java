package top.neuralbox.concurrent;

/** The arithmetic of {@code request(n)}: demand adds up, and {@code Long.MAX_VALUE} means unbounded. */
public final class DemandSum {

    private DemandSum() {}

    /** The sum of two demands, none of them negative; at most {@code Long.MAX_VALUE}. */
    public static long of(long demand, long more) {
        long sum = demand + more;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
