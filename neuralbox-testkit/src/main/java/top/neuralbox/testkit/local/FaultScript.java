package top.neuralbox.testkit.local;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** The faults of the next requests. Thread-safe. */
final class FaultScript {

    private final Queue<List<Fault>> next = new ArrayDeque<>();
    private List<Fault> always = List.of();

    synchronized void add(List<Fault> faults) {
        next.add(faults);
    }

    synchronized void always(List<Fault> faults) {
        always = faults;
    }

    synchronized void clear() {
        next.clear();
        always = List.of();
    }

    /** The plan for a request that has just arrived. */
    synchronized AnswerPlan take() {
        List<Fault> faults = next.poll();
        return AnswerPlan.of(faults == null ? always : faults);
    }
}
