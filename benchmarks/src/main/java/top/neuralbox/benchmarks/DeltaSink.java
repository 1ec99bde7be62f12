package top.neuralbox.benchmarks;

/** Where every subject leaves the text that it decoded, piece by piece. */
@FunctionalInterface
public interface DeltaSink {

    void delta(String text);
}
