package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Several figures of each subject. The order of the subjects is another one in each round. */
record Rounds(int count) {

    <E extends Enum<E>> Map<E, Figures> run(Class<E> type, List<E> subjects, Measurement<E> measurement)
            throws IOException {
        Map<E, Figures> rows = new EnumMap<>(type);
        for (int round = 0; round < count; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                E subject = subjects.get((i + round) % subjects.size());
                rows.computeIfAbsent(subject, s -> new Figures()).add(measurement.of(subject));
            }
        }
        return rows;
    }

    /** The figures of one process. */
    @FunctionalInterface
    interface Measurement<E> {
        double[] of(E subject) throws IOException;
    }
}
