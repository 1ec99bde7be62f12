package top.neuralbox.benchmarks.endtoend;

/** What the process that is measured has used. */
interface Meter {

    /** Of this process. */
    Meter OWN = new OwnMeter();

    /** CPU time without the compiler's, in nanoseconds. */
    long cpuNanos();

    /** The compiler's CPU time, in nanoseconds. */
    long compilerNanos();

    int threads();

    /** What is in use of the heap behind collections that leave nothing to collect, in bytes. */
    long usedHeap();

    /** What the process has of the machine's memory, in bytes. */
    long resident();

    /** What all threads that live have allocated, in bytes. */
    long allocated();
}
