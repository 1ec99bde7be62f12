package top.neuralbox;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Notes every signal; asks for events only when told. */
final class RecordingSubscriber implements Flow.Subscriber<GenerationEvent> {

    final List<GenerationEvent> events = Collections.synchronizedList(new ArrayList<>());
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch end = new CountDownLatch(1);
    private final Consumer<Flow.Subscription> onSubscribe;
    private volatile Consumer<GenerationEvent> onNext = event -> {};
    volatile Flow.Subscription subscription;
    volatile int completions;

    private RecordingSubscriber(Consumer<Flow.Subscription> onSubscribe) {
        this.onSubscribe = onSubscribe;
    }

    /** Asks for so many at once, or for none. */
    static RecordingSubscriber asking(long demand) {
        return new RecordingSubscriber(subscription -> {
            if (demand > 0) {
                subscription.request(demand);
            }
        });
    }

    static RecordingSubscriber onSubscribe(Consumer<Flow.Subscription> action) {
        return new RecordingSubscriber(action);
    }

    RecordingSubscriber onNext(Consumer<GenerationEvent> action) {
        onNext = action;
        return this;
    }

    RecordingSubscriber request(long demand) {
        subscription.request(demand);
        return this;
    }

    boolean completed() {
        return completions == 1 && errors.isEmpty();
    }

    int terminals() {
        return completions + errors.size();
    }

    void awaitEnd() throws InterruptedException {
        if (!end.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("no terminal signal; events so far: " + events.size());
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        onSubscribe.accept(subscription);
    }

    @Override
    public void onNext(GenerationEvent event) {
        threads.add(Thread.currentThread());
        events.add(event);
        onNext.accept(event);
    }

    @Override
    public void onError(Throwable error) {
        threads.add(Thread.currentThread());
        errors.add(error);
        end.countDown();
    }

    @Override
    public void onComplete() {
        threads.add(Thread.currentThread());
        completions++;
        end.countDown();
    }
}
