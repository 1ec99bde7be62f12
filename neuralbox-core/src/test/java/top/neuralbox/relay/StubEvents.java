package top.neuralbox.relay;

import java.math.BigDecimal;
import java.util.concurrent.Flow;
import top.neuralbox.Billing;
import top.neuralbox.GenerationEvent;

/** Events that a test publishes by hand, with the demand for them in view. */
final class StubEvents implements Flow.Publisher<GenerationEvent> {

    public static final GenerationEvent START = new GenerationEvent.Start("gen_1", "gpt-5", "{}");
    public static final GenerationEvent END =
            new GenerationEvent.End("gen_1", Billing.of(new BigDecimal("3"), new BigDecimal("297.50")), "{}");

    private Flow.Subscriber<? super GenerationEvent> subscriber;
    public int subscriptions;
    public long demand;
    public volatile int cancels;

    @Override
    public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
        this.subscriber = subscriber;
        subscriptions++;
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                demand += n;
            }

            @Override
            public void cancel() {
                cancels++;
            }
        });
    }

    public StubEvents start() {
        return publish(START);
    }

    public StubEvents delta(String text) {
        return publish(new GenerationEvent.Delta(text));
    }

    public StubEvents end() {
        return publish(END);
    }

    public StubEvents publish(GenerationEvent event) {
        if (demand == 0) {
            throw new AssertionError("nothing is asked for");
        }
        demand--;
        subscriber.onNext(event);
        return this;
    }

    public void complete() {
        subscriber.onComplete();
    }

    public void fail(Throwable error) {
        subscriber.onError(error);
    }
}
