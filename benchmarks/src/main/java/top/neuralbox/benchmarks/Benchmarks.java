package top.neuralbox.benchmarks;

import top.neuralbox.benchmarks.decode.DecodeTable;
import top.neuralbox.benchmarks.endtoend.EndToEndTable;

/** All tables, one after the other: {@code quick} in about three minutes, {@code evening} in an hour, or in full. */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] args) throws Exception {
        DecodeTable.main(args);
        EndToEndTable.main(args);
    }
}
