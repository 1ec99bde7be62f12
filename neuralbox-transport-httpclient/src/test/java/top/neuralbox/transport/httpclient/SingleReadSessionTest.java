package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.hc.core5.reactor.IOSession;
import org.junit.jupiter.api.Test;

class SingleReadSessionTest {

    private final List<Integer> asked = new ArrayList<>();

    @Test
    void selectorThatWatchesForBytesIsNotWokenForThem() {
        IOSession session = SingleReadSession.over(watching(() -> SelectionKey.OP_READ));

        session.setEvent(SelectionKey.OP_READ);

        assertThat(asked).isEmpty();
    }

    @Test
    void selectorIsAskedForBytesAgainAfterAStop() {
        IOSession session = SingleReadSession.over(watching(() -> SelectionKey.OP_WRITE));

        session.setEvent(SelectionKey.OP_READ);

        assertThat(asked).containsExactly(SelectionKey.OP_READ);
    }

    /** The engine uses this to get the I/O thread's attention for a command. */
    @Test
    void selectorIsAskedForRoomEachTime() {
        IOSession session = SingleReadSession.over(watching(() -> SelectionKey.OP_READ | SelectionKey.OP_WRITE));

        session.setEvent(SelectionKey.OP_WRITE);

        assertThat(asked).containsExactly(SelectionKey.OP_WRITE);
    }

    @Test
    void windowOfAConnectionThatIsClosedMayGrow() {
        IOSession session = SingleReadSession.over(watching(() -> {
            throw new CancelledKeyException();
        }));

        session.setEvent(SelectionKey.OP_READ);

        assertThat(asked).containsExactly(SelectionKey.OP_READ);
    }

    /** A connection of the engine, which would wake its I/O thread for each question. */
    private IOSession watching(IntSupplier mask) {
        return (IOSession) Proxy.newProxyInstance(
                IOSession.class.getClassLoader(), new Class<?>[] {IOSession.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "getEventMask" -> {
                            return mask.getAsInt();
                        }
                        case "setEvent" -> {
                            asked.add((Integer) arguments[0]);
                            return null;
                        }
                        default -> throw new UnsupportedOperationException(method.toString());
                    }
                });
    }
}
