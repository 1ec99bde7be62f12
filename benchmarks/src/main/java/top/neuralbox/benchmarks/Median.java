package top.neuralbox.benchmarks;

import java.util.List;

/** The middle of some figures, and what lies where beside it. */
public final class Median {

    private Median() {}

    public static double of(List<Double> figures) {
        return at(figures, 0.5);
    }

    /** The figure below which this share of all lies; not a number if there are none. */
    public static double at(List<Double> figures, double share) {
        if (figures.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = figures.stream().sorted().toList();
        return sorted.get((int) Math.min(sorted.size() - 1, Math.round(share * (sorted.size() - 1))));
    }
}
