package top.neuralbox;

import java.math.BigDecimal;
import java.util.concurrent.Flow;

/** Events that a test publishes by hand, with the demand for them in view. */
final class StubEvents implements Flow.Publisher<GenerationEvent> {

    static final GenerationEvent START = new GenerationEvent.Start("gen_1", "gpt-5", "{}");
    static final GenerationEvent END =
            new GenerationEvent.End("gen_1", Billing.of(new BigDecimal("3"), new BigDecimal("297.50")), "{}");

    private Flow.Subscriber<? super GenerationEvent> subscriber;
    int subscriptions;
    long demand;
    int cancels;

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

    StubEvents start() {
        return publish(START);
    }

    StubEvents delta(String text) {
        return publish(new GenerationEvent.Delta(text));
    }

    StubEvents end() {
        return publish(END);
    }

    StubEvents publish(GenerationEvent event) {
        if (demand == 0) {
            throw new AssertionError("nothing is asked for");
        }
        demand--;
        subscriber.onNext(event);
        return this;
    }

    void complete() {
        subscriber.onComplete();
    }

    void fail(Throwable error) {
        subscriber.onError(error);
    }
}
