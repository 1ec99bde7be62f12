package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.Lock;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.SSLIOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection in clear text whose socket is read until it is empty and then, until the selector reports it again, not at all.
 *
 * <p>The engine's chunk decoder reads the socket once more after each chunk (5.4.4). That costs a system call for each token,
 * and if the peer has closed by then, the decoder throws away the chunks that it has decoded but not handed on yet. A read
 * that did not fill its buffer has emptied the socket, so the next one is answered here: nothing yet. What is left, the
 * close included, the selector reports again.
 *
 * <p>A read that did fill its buffer may have left more, but there would be room for no more than the chunk that was just
 * decoded. So it is answered here too, until half of the buffer is decoded. The decoder goes on with what it has; should it
 * come back having used nothing, because a chunk's head is longer than that, it may read after all.
 *
 * <p>In the middle of a chunk the engine reads once and waits for the selector, even if there is more. So it is let read on as
 * long as each read fills its buffer, up to a bound that is fair to the other connections of the thread.
 */
final class BurstSession implements IOSession {

    /** With the engine's buffer of 4 KiB, one turn of a connection reads 64 KiB. */
    private static final int MOST_ROUNDS = 16;

    private final IOSession session;
    private final boolean encrypted;
    private @Nullable ReadingOn readingOn;
    /** These are touched by the session's I/O thread only. */
    private boolean drained;

    private boolean filled;
    /** How much room there was when a read was put off last. */
    private int roomBefore;

    private BurstSession(IOSession session) {
        this.session = session;
        this.encrypted = session instanceof SSLIOSession;
    }

    /** Wraps a connection. The TLS layer is read as ever: it is handed what was decrypted, and has no socket to empty. */
    static IOSession over(IOSession session) {
        return new BurstSession(session);
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        if (encrypted) {
            return session.read(destination);
        }
        int room = destination.remaining();
        if (drained || isWorthWaiting(destination, room)) {
            return 0;
        }
        int count = session.read(destination);
        drained = count >= 0 && count < room;
        filled = count > 0 && count == room;
        TransportThreads.readToEnd(count < 0);
        return count;
    }

    private boolean isWorthWaiting(ByteBuffer destination, int room) {
        boolean wait = filled && room < destination.capacity() / 2 && room != roomBefore;
        roomBefore = room;
        return wait;
    }

    /** The engine calls this as each burst begins, before it reads. */
    @Override
    public void updateReadTime() {
        drained = false;
        filled = false;
        TransportThreads.readToEnd(false);
        session.updateReadTime();
    }

    /** The engine calls this before it writes. */
    @Override
    public void updateWriteTime() {
        TransportThreads.readToEnd(false);
        session.updateWriteTime();
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return session.write(source);
    }

    @Override
    public boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public String getId() {
        return session.getId();
    }

    /** Asked for whenever the selector has something to tell. */
    @Override
    public @Nullable IOEventHandler getHandler() {
        IOEventHandler handler = session.getHandler();
        if (encrypted || handler == null) {
            return handler;
        }
        ReadingOn known = readingOn;
        if (known == null || !known.isOf(handler)) {
            known = new ReadingOn(handler);
            readingOn = known;
        }
        return known;
    }

    @Override
    public void upgrade(IOEventHandler handler) {
        session.upgrade(handler);
    }

    @Override
    public Lock getLock() {
        return session.getLock();
    }

    @Override
    public void enqueue(Command command, Command.Priority priority) {
        session.enqueue(command, priority);
    }

    @Override
    public boolean hasCommands() {
        return session.hasCommands();
    }

    @Override
    public Command poll() {
        return session.poll();
    }

    @Override
    public ByteChannel channel() {
        return session.channel();
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return session.getRemoteAddress();
    }

    @Override
    public SocketAddress getLocalAddress() {
        return session.getLocalAddress();
    }

    @Override
    public int getEventMask() {
        return session.getEventMask();
    }

    @Override
    public void setEventMask(int operations) {
        session.setEventMask(operations);
    }

    @Override
    public void setEvent(int operation) {
        session.setEvent(operation);
    }

    @Override
    public void clearEvent(int operation) {
        session.clearEvent(operation);
    }

    @Override
    public Status getStatus() {
        return session.getStatus();
    }

    @Override
    public Timeout getSocketTimeout() {
        return session.getSocketTimeout();
    }

    @Override
    public void setSocketTimeout(Timeout timeout) {
        session.setSocketTimeout(timeout);
    }

    @Override
    public long getLastReadTime() {
        return session.getLastReadTime();
    }

    @Override
    public long getLastWriteTime() {
        return session.getLastWriteTime();
    }

    @Override
    public long getLastEventTime() {
        return session.getLastEventTime();
    }

    @Override
    public void close() {
        session.close();
    }

    @Override
    public void close(CloseMode mode) {
        session.close(mode);
    }

    /** The engine's handler of what the selector tells, which is told again while there may be more to read. */
    private final class ReadingOn implements IOEventHandler {

        private final IOEventHandler handler;

        ReadingOn(IOEventHandler handler) {
            this.handler = handler;
        }

        boolean isOf(IOEventHandler other) {
            return handler.equals(other);
        }

        @Override
        public void inputReady(IOSession current, @Nullable ByteBuffer source) throws IOException {
            handler.inputReady(current, source);
            for (int round = 1; round < MOST_ROUNDS && filled && isWanted(); round++) {
                handler.inputReady(current, null);
            }
        }

        @Override
        public void connected(IOSession current) throws IOException {
            handler.connected(current);
        }

        @Override
        public void outputReady(IOSession current) throws IOException {
            handler.outputReady(current);
        }

        @Override
        public void timeout(IOSession current, Timeout limit) throws IOException {
            handler.timeout(current, limit);
        }

        @Override
        public void exception(IOSession current, Exception cause) {
            handler.exception(current, cause);
        }

        @Override
        public void disconnected(IOSession current) {
            handler.disconnected(current);
        }

        /** Not so while the engine has no room for more content, or after the end. */
        private boolean isWanted() {
            return session.isOpen() && (session.getEventMask() & SelectionKey.OP_READ) != 0;
        }
    }
}
