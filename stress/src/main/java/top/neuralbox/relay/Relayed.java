package top.neuralbox.relay;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.GenerationEvent;
import top.neuralbox.concurrent.StandingTime;
import top.neuralbox.stress.Witness;

/**
 * A relay with the generation before it and the reader behind it. The generation has a delta and an end, which the reader
 * sees as the digits 1 and 2; 3 is the mark behind them.
 */
final class Relayed implements Flow.Publisher<GenerationEvent>, Flow.Subscription {

    private static final GenerationEvent[] EVENTS = {
        new GenerationEvent.Delta("a"), new GenerationEvent.End("g", Billing.of(null, null), "{}")
    };

    final StandingTime time = new StandingTime();
    final RelayPipe pipe = new RelayPipe(
            this,
            new RelayEncoder(false, false),
            new RelayClock(time, Duration.ofSeconds(15), Duration.ofSeconds(5), Duration.ofMinutes(5)),
            Runnable::run);
    final Witness reader;
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();
    private final AtomicLong demand = new AtomicLong();
    private volatile Flow.@Nullable Subscriber<? super GenerationEvent> subscriber;
    private int sent;

    /** A relay that nobody reads yet; its reader will ask for so many buffers at once. */
    Relayed(long demand) {
        reader = Witness.of(demand, Relayed::digit);
    }

    void read() {
        pipe.subscribe(reader);
    }

    /** Brings as many events as were asked for, and the end behind the last one. By one thread at a time. */
    void bring() {
        Flow.Subscriber<? super GenerationEvent> to = subscriber;
        if (to == null || cancels.get() > 0) {
            return;
        }
        while (sent < EVENTS.length && demand.get() > sent) {
            to.onNext(EVENTS[sent++]);
        }
        if (sent == EVENTS.length) {
            sent++;
            to.onComplete();
        }
    }

    void cancelRelay() {
        pipe.cancelWith(new CancellationException());
    }

    int subscriptions() {
        return subscriptions.get();
    }

    int cancels() {
        return cancels.get();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
        subscriptions.incrementAndGet();
        this.subscriber = subscriber;
        subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        demand.addAndGet(n);
    }

    @Override
    public void cancel() {
        cancels.incrementAndGet();
    }

    /** By the second word of the type: {@code content_delta}, {@code generation_end}, or none. */
    private static int digit(ByteBuffer event) {
        for (int i = event.position(); i < event.limit(); i++) {
            if (event.get(i) == '_') {
                return event.get(i + 1) == 'd' ? 1 : 2;
            }
        }
        return 3;
    }
}
