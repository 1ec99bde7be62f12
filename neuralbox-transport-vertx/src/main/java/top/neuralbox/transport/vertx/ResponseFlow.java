package top.neuralbox.transport.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Moves the content of one response from the engine to its {@link BodyPublisher}, and stops the engine while nobody takes
 * it. The first chunk of a turn of the event loop goes on at once; those that come behind it in the same turn were all
 * there when it came, and go on together. Confined to the call's event loop, save where a method says otherwise.
 */
final class ResponseFlow implements BodyPublisher.Source {

    private final VertxCall call;
    private final EventLoop loop;
    private final HttpClientResponse response;
    private final BodyPublisher body = new BodyPublisher(this);
    private final Burst burst = new Burst();
    private final Runnable endOfTurn = this::endTurn;

    /** Whether a chunk came in this turn of the event loop. */
    private boolean inTurn;

    /** Whether the engine was told to pause. Read from any thread. */
    private volatile boolean paused;

    /** Whether the engine hands over what it still holds, wanted or not. */
    private boolean emptying;

    private boolean received;

    ResponseFlow(VertxCall call, EventLoop loop, HttpClientResponse response) {
        this.call = call;
        this.loop = loop;
        this.response = response;
    }

    /** Takes over what comes from now on. To be called before the head's callback returns: what is not taken is lost. */
    void attach() {
        response.handler(call.fenced(this::chunk));
        response.endHandler(call.fenced(nothing -> {
            received = true;
            flush();
            call.received();
        }));
        // A failure overtakes what the engine has read already; that comes first, so that nothing is lost.
        response.exceptionHandler(call.fenced(cause -> emptied(() -> {
            flush();
            call.brokeOff(cause);
        })));
    }

    /** The field lines of the head, without what HTTP/2 keeps among them. */
    Map<String, List<String>> headers() {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : response.headers().names()) {
            if (!name.startsWith(":")) {
                headers.put(name, response.headers().getAll(name));
            }
        }
        return headers;
    }

    BodyPublisher body() {
        return body;
    }

    /** Whether the engine has seen the last byte: the connection may be another call's by now. */
    boolean isReceived() {
        return received;
    }

    /** Runs an action once the engine holds nothing back that it has read, the end included. */
    void emptied(Runnable action) {
        emptying = true;
        if (paused) {
            paused = false;
            response.resume();
            call.onEventLoop(action);
        } else {
            action.run();
        }
    }

    @Override
    public void roomAgain() {
        if (paused) {
            call.onEventLoop(this::resumeIfRoom);
        }
    }

    @Override
    public void abandoned() {
        call.abandoned();
    }

    private void chunk(Buffer buffer) {
        if (buffer.length() == 0 || call.hasEnded()) {
            return;
        }
        // The engine has copied it from its own buffers: it is ours, and need not be copied again.
        ByteBuf content = ((BufferInternal) buffer).getByteBuf();
        if (!inTurn) {
            inTurn = true;
            loop.execute(endOfTurn);
            offer(content.nioBuffer());
            return;
        }
        if (!burst.hasRoomFor(content)) {
            flush();
        }
        if (burst.hasRoomFor(content)) {
            burst.add(content);
        } else {
            offer(content.nioBuffer());
        }
    }

    private void endTurn() {
        inTurn = false;
        flush();
        boolean unused = Thread.interrupted();
    }

    private void flush() {
        ByteBuffer together = burst.take();
        if (together != null && !call.hasEnded()) {
            offer(together);
        }
    }

    private void offer(ByteBuffer bytes) {
        body.offer(bytes);
        if (body.isFull() && !paused && !emptying) {
            response.pause();
            paused = true;
            // The subscriber may have caught up before it could see that we paused.
            resumeIfRoom();
        }
    }

    private void resumeIfRoom() {
        if (paused && body.hasRoom()) {
            paused = false;
            response.resume();
        }
    }
}
