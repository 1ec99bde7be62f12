package top.neuralbox.benchmarks.endtoend;

import java.util.ArrayList;
import java.util.List;
import top.neuralbox.benchmarks.Median;

/** The figures of one subject, from several processes. */
final class Figures {

    private final List<double[]> processes = new ArrayList<>();

    /** Adds the figures of one process. */
    void add(double[] figures) {
        processes.add(figures);
    }

    double median(int column) {
        return Median.of(column(column));
    }

    double least(int column) {
        return Median.at(column(column), 0);
    }

    double greatest(int column) {
        return Median.at(column(column), 1);
    }

    /** The least and the greatest figure, divided by a unit, with this many decimals. */
    String range(int column, double unit, int decimals) {
        String figure = "%." + decimals + "f";
        return String.format(figure + " to " + figure, least(column) / unit, greatest(column) / unit);
    }

    private List<Double> column(int column) {
        return processes.stream().map(process -> process[column]).toList();
    }
}
