package top.neuralbox.benchmarks.decode;

import org.openjdk.jmh.infra.Blackhole;
import top.neuralbox.benchmarks.DeltaSink;
import top.neuralbox.benchmarks.SampleStream;

/** Counts what was decoded, so that a subject which loses text cannot win. */
final class Tally implements DeltaSink {

    private final Blackhole blackhole;
    private int deltas;
    private long chars;

    Tally(Blackhole blackhole) {
        this.blackhole = blackhole;
    }

    @Override
    public void delta(String text) {
        // Chat Completions begin with an empty delta that names the role.
        if (!text.isEmpty()) {
            deltas++;
        }
        chars += text.length();
        blackhole.consume(text);
    }

    void check(SampleStream sample) {
        if (deltas != sample.deltas() || chars != sample.chars()) {
            throw new IllegalStateException("decoded " + deltas + " deltas of " + sample.deltas() + " with " + chars
                    + " chars of " + sample.chars());
        }
    }
}
