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
import top.neuralbox.transport.BodyPublisher;

/**
 * Moves the content of one response from the engine to its {@link BodyPublisher}, and pauses the engine while the subscriber
 * does not take it. The first chunk of a turn of the event loop is delivered at once. Later chunks of the same turn had all
 * arrived with it, and are delivered together. Confined to the call's event loop, unless a method says otherwise.
 */
final class ResponseFlow implements BodyPublisher.Source {

    /**
     * How many bytes are kept ahead of demand. With the bytes that the engine holds it stays below one window of 128 KiB. Pausing
     * and resuming the engine costs as much as some hundred small chunks, so it should be rare. More than this is copied to a
     * larger buffer.
     */
    static final int HIGH_WATER_MARK = 16 * 1024;

    private static final int LOW_WATER_MARK = HIGH_WATER_MARK / 2;

    private final VertxCall call;
    private final EventLoop loop;
    private final HttpClientResponse response;
    private final BodyPublisher body = new BodyPublisher(this);
    private final JoinedChunks joined = new JoinedChunks();
    private final Runnable endOfTurn = this::endTurn;

    /** Whether a chunk came in this turn of the event loop. */
    private boolean inTurn;

    /** Whether the engine is paused. Read from any thread. */
    private volatile boolean paused;

    /** Whether the engine delivers the chunks that it still holds, with or without demand. */
    private boolean emptying;

    private boolean received;

    /** The number of chunks that the engine has delivered. */
    private int chunks;

    ResponseFlow(VertxCall call, EventLoop loop, HttpClientResponse response) {
        this.call = call;
        this.loop = loop;
        this.response = response;
    }

    /**
     * Sets the handlers of the content. Must be called before the head's callback returns: content without a handler is lost.
     */
    void attach() {
        response.handler(call.fenced(this::chunk));
        response.endHandler(call.fenced(nothing -> {
            if (mayHaveLost()) {
                return;
            }
            received = true;
            flush();
            call.received();
        }));
        response.exceptionHandler(call.fenced(this::broken));
    }

    /** The header fields, without the pseudo-header fields of HTTP/2. */
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

    /** Whether so much is ahead of demand that the engine has to pause. */
    boolean isFull() {
        return body.ahead() >= HIGH_WATER_MARK;
    }

    private boolean hasRoom() {
        return body.ahead() <= LOW_WATER_MARK;
    }

    /** Whether the engine has delivered the last byte. Then another call may already use the connection. */
    boolean isReceived() {
        return received;
    }

    /**
     * Runs an action, in a later turn, when the engine has delivered everything that it held back for this event loop,
     * including the end.
     */
    void emptied(Runnable action) {
        emptying = true;
        if (paused) {
            paused = false;
            response.resume();
        }
        // The engine resumes in a later turn, and an earlier resume may still be due.
        call.onEventLoop(action);
    }

    @Override
    public void taken(int bytes) {
        if (paused) {
            call.onEventLoop(this::resumeIfRoom);
        }
    }

    @Override
    public void abandoned() {
        call.abandoned();
    }

    /**
     * A failure overtakes chunks that the engine has read already. They are delivered first, so that nothing is lost. If the
     * connection has another event loop, some of them may be held back there. Each round fetches some, until a round finds
     * none.
     */
    private void broken(Throwable cause) {
        int before = chunks;
        emptied(() -> call.onLoopOfConnection(() -> call.onEventLoop(() -> {
            if (chunks == before) {
                flush();
                call.brokeOff(cause);
            } else {
                broken(cause);
            }
        })));
    }

    private void chunk(Buffer buffer) {
        chunks++;
        if (buffer.length() == 0 || call.hasEnded() || mayHaveLost()) {
            return;
        }
        // The engine has copied the chunk from its own buffers. It is ours, and needs no further copy.
        ByteBuf content = ((BufferInternal) buffer).getByteBuf();
        if (!inTurn) {
            inTurn = true;
            loop.execute(endOfTurn);
            offer(content.nioBuffer());
            return;
        }
        if (!JoinedChunks.isShort(content)) {
            flush();
            offer(content.nioBuffer());
            return;
        }
        if (!joined.hasRoomFor(content)) {
            flush();
        }
        joined.add(content);
    }

    /** Whether earlier data may be lost because memory ran out. Then the call is about to end. */
    private boolean mayHaveLost() {
        return loop instanceof LastingLoops.Lasting own && own.isShortOfMemory();
    }

    private void endTurn() {
        inTurn = false;
        flush();
        boolean unused = Thread.interrupted();
    }

    private void flush() {
        ByteBuffer together = joined.take();
        if (together != null && !call.hasEnded() && !mayHaveLost()) {
            offer(together);
        }
    }

    private void offer(ByteBuffer bytes) {
        body.offer(bytes);
        if (isFull() && !paused && !emptying) {
            response.pause();
            paused = true;
            // The subscriber may have caught up before it could see that we paused.
            resumeIfRoom();
        }
    }

    private void resumeIfRoom() {
        if (paused && hasRoom()) {
            paused = false;
            response.resume();
        }
    }
}
