package top.neuralbox;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what it hears of all generations, in one list. */
final class RecordingListener implements GenerationListener {

    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<GenerationOutcome> outcomes = new CopyOnWriteArrayList<>();
    final List<NeuralBoxException> retries = new CopyOnWriteArrayList<>();
    final List<Duration> waits = new CopyOnWriteArrayList<>();

    @Override
    public Observer started(GenerationInfo info) {
        heard.add("started");
        return new Observer() {
            @Override
            public void sent(int attempt) {
                heard.add("sent " + attempt);
            }

            @Override
            public void head(int status) {
                heard.add("head " + status);
            }

            @Override
            public void delta(int chars, int bytes, long nanoTime) {
                heard.add("delta " + chars);
            }

            @Override
            public void retry(int attempt, NeuralBoxException reason, Duration wait) {
                heard.add("retry " + attempt);
                retries.add(reason);
                waits.add(wait);
            }

            @Override
            public void unknownEvent() {
                heard.add("unknown");
            }

            @Override
            public void ended(GenerationOutcome outcome) {
                heard.add("ended " + outcome.kind());
                outcomes.add(outcome);
            }
        };
    }

    /** The one outcome of the one generation. */
    GenerationOutcome outcome() {
        if (outcomes.size() != 1) {
            throw new AssertionError("outcomes: " + outcomes);
        }
        return outcomes.get(0);
    }
}
