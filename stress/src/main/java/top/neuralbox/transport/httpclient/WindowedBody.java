package top.neuralbox.transport.httpclient;

import java.nio.ByteBuffer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import top.neuralbox.stress.Witness;
import top.neuralbox.transport.BodyPublisher;

/** A body whose engine reads as much as the window allows. */
final class WindowedBody implements CapacityChannel {

    final Witness reader = Witness.ofBytes(0);
    private final BodyWindow window = new BodyWindow(() -> {}, failure -> {});
    private final BodyPublisher body = new BodyPublisher(window);
    private int opened;

    WindowedBody() {
        body.subscribe(reader);
    }

    void bring(int digit) {
        body.offerCopy(ByteBuffer.wrap(new byte[] {(byte) digit}));
    }

    /** The engine shows its channel. */
    void channel() {
        window.channel(this);
    }

    /** How many bytes the engine may read again. */
    int opened() {
        return opened;
    }

    @Override
    public void update(int increment) {
        opened += increment;
    }
}
