package top.neuralbox.testkit.local;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The generations that can be asked for by their ids: media results, each ready after a number of polls, and texts.
 * Thread-safe.
 */
final class MediaJobs {

    private static final int MOST = 10_000;

    private final int polls;
    private final Wire wire;
    private final Map<String, Job> jobs = kept();
    /** The answer about each text; pending until {@link #finish}. */
    private final Map<String, Map<String, @Nullable Object>> texts = kept();

    MediaJobs(int polls, Wire wire) {
        this.polls = polls;
        this.wire = wire;
    }

    /**
     * Starts a job.
     *
     * @param finish charges and returns the final answer; called once, when the result is ready
     * @return the final answer if no poll is needed, otherwise a pending one
     */
    synchronized Map<String, @Nullable Object> ask(
            Object id, LocalModel model, Supplier<Map<String, @Nullable Object>> finish) {
        Job job = new Job(id, model, finish);
        jobs.put(id.toString(), job);
        return answer(job);
    }

    /** Begins a text. */
    synchronized void begin(Object id, LocalModel model) {
        texts.put(id.toString(), wire.pending(id, model.slug(), 0, 1));
    }

    /** Sets the final answer about a text. Only the first one counts. */
    synchronized void finish(Object id, Map<String, @Nullable Object> answer) {
        texts.computeIfPresent(id.toString(), (key, known) -> "pending".equals(known.get("status")) ? answer : known);
    }

    /**
     * Polls once.
     *
     * @return null if there is no generation of this id
     */
    synchronized @Nullable Map<String, @Nullable Object> poll(String id) {
        Job job = jobs.get(id);
        if (job == null) {
            return texts.get(id);
        }
        job.polled++;
        return answer(job);
    }

    private Map<String, @Nullable Object> answer(Job job) {
        if (job.polled < polls) {
            return wire.pending(job.id, job.model.slug(), 100L * job.polled / polls, polls - job.polled);
        }
        if (job.result == null) {
            job.result = job.finish.get();
        }
        return job.result;
    }

    /** A map that forgets its oldest entries. */
    private static <T> Map<String, T> kept() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > MOST;
            }
        };
    }

    private static final class Job {

        private final Object id;
        private final LocalModel model;
        private final Supplier<Map<String, @Nullable Object>> finish;
        private int polled;
        private @Nullable Map<String, @Nullable Object> result;

        private Job(Object id, LocalModel model, Supplier<Map<String, @Nullable Object>> finish) {
            this.id = id;
            this.model = model;
            this.finish = finish;
        }
    }
}
