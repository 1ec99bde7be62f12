package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import top.neuralbox.stress.Witness;
import top.neuralbox.transport.BodyPublisher;

/** A body whose engine reads as much as it has credit for. */
final class Credited implements CapacityChannel {

    final Witness reader = Witness.ofBytes(0);
    private final BodyCredit account = new BodyCredit(() -> {}, failure -> {});
    private final BodyPublisher body = new BodyPublisher(account);
    private int credit;

    Credited() {
        body.subscribe(reader);
    }

    void bring(int digit) {
        body.offerCopy(ByteBuffer.wrap(new byte[] {(byte) digit}));
    }

    /** The engine shows its channel. */
    void channel() {
        account.channel(this);
    }

    /** How many bytes the engine may read again. */
    int credit() {
        return credit;
    }

    @Override
    public void update(int increment) {
        credit += increment;
    }
}
