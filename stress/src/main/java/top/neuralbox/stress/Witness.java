package top.neuralbox.stress;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber that writes down what it is told. Its fields are plain on purpose: the publisher has to order what its threads
 * tell.
 */
public final class Witness implements Flow.Subscriber<ByteBuffer> {

    /** What {@link #end()} says of a body that is whole. */
    public static final int WHOLE = 1;

    private final long demand;
    private final ToIntFunction<ByteBuffer> digits;
    private final OneAtATime serial = new OneAtATime();
    private Flow.@Nullable Subscription subscription;
    private boolean subscribed;
    private int content;
    private int end;
    private int faults;

    private Witness(long demand, ToIntFunction<ByteBuffer> digits) {
        this.demand = demand;
        this.digits = digits;
    }

    /**
     * Asks for so much at once.
     *
     * @param digits a number for each buffer, whose digits are put behind those of the buffers before
     */
    public static Witness of(long demand, ToIntFunction<ByteBuffer> digits) {
        return new Witness(demand, digits);
    }

    /** Takes the bytes before the first zero for digits, and asks for so much at once. */
    public static Witness ofBytes(long demand) {
        return new Witness(demand, Witness::bytes);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        if (demand > 0) {
            subscription.request(demand);
        }
        subscribed = true;
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        begin();
        int added = digits.applyAsInt(buffer);
        for (int rest = added; rest > 0; rest /= 10) {
            content *= 10;
        }
        content += added;
        serial.leave();
    }

    @Override
    public void onError(Throwable error) {
        begin();
        end += 2;
        serial.leave();
    }

    @Override
    public void onComplete() {
        begin();
        end += WHOLE;
        serial.leave();
    }

    /** More is wanted. */
    public void request(long n) {
        Objects.requireNonNull(subscription).request(n);
    }

    /** Nothing is wanted any more. */
    public void cancel() {
        Objects.requireNonNull(subscription).cancel();
    }

    /** The digits of all buffers, in the order in which they came. */
    public int content() {
        return content;
    }

    /** 0 before the end, {@link #WHOLE} after {@code onComplete}, 2 after {@code onError}; more after several. */
    public int end() {
        return end;
    }

    /**
     * 0 if signals came one after the other, after {@code onSubscribe} and before the end. 1 for two at once, 10 for one after
     * the end, 100 for one before {@code onSubscribe} had returned.
     */
    public int faults() {
        return faults + serial.faults();
    }

    private void begin() {
        serial.enter();
        if (end != 0) {
            faults = 10;
        } else if (!subscribed) {
            faults = 100;
        }
    }

    private static int bytes(ByteBuffer buffer) {
        int digits = 0;
        for (int i = buffer.position(); i < buffer.limit() && buffer.get(i) != 0; i++) {
            digits = digits * 10 + buffer.get(i);
        }
        return digits;
    }
}
