package top.neuralbox.benchmarks.decode;

import top.neuralbox.benchmarks.DeltaSink;

/** Decodes one sample from its first byte to its last, each time anew. */
@FunctionalInterface
interface Decoding {

    void run(DeltaSink sink) throws Exception;
}
