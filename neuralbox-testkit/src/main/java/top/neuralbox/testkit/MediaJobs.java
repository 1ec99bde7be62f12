package top.neuralbox.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The media results that were asked for, each ready after a number of polls. Thread-safe. */
final class MediaJobs {

    private static final int MOST = 10_000;

    private final int polls;
    private final Wire wire;
    private final Map<String, Job> jobs = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Job> eldest) {
            return size() > MOST;
        }
    };

    MediaJobs(int polls, Wire wire) {
        this.polls = polls;
        this.wire = wire;
    }

    /**
     * Asks for a result.
     *
     * @param finish charges and gives the final answer; run once, when the result is ready
     * @return the answer: final if no poll is needed, else pending
     */
    synchronized Map<String, @Nullable Object> ask(
            Object id, Model model, Supplier<Map<String, @Nullable Object>> finish) {
        Job job = new Job(id, model, finish);
        jobs.put(id.toString(), job);
        return answer(job);
    }

    /**
     * Polls once.
     *
     * @return null if there is no job of this id
     */
    synchronized @Nullable Map<String, @Nullable Object> poll(String id) {
        Job job = jobs.get(id);
        if (job == null) {
            return null;
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

    private static final class Job {

        private final Object id;
        private final Model model;
        private final Supplier<Map<String, @Nullable Object>> finish;
        private int polled;
        private @Nullable Map<String, @Nullable Object> result;

        private Job(Object id, Model model, Supplier<Map<String, @Nullable Object>> finish) {
            this.id = id;
            this.model = model;
            this.finish = finish;
        }
    }
}
