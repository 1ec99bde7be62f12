package top.neuralbox.benchmarks.endtoend;

import org.jspecify.annotations.Nullable;
import top.neuralbox.benchmarks.DeltaSink;

/** Takes one stream: its text, and its end, once. */
interface StreamReader extends DeltaSink {

    /**
     * The stream ended.
     *
     * @param failure null if it is complete
     */
    void ended(@Nullable Throwable failure);
}
