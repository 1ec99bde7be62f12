package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.Lock;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandler;
import org.apache.hc.core5.http2.impl.nio.ClientH2IOEventHandler;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.SSLIOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that the engine reads once a turn, so that it hands on what it has decoded before it reads more.
 *
 * <p>The engine's chunk decoder reads the connection once more after each chunk (5.4.4). That costs a system call for each
 * token. And it throws away the chunks that it has decoded but not handed on yet if it then finds fault: because the
 * connection has ended, or because the next chunk is malformed. So each read but the first of a turn is answered here:
 * nothing yet. And if what the engine would decode next does not look like the head of a chunk, it is taken out of the
 * engine's buffer, and given back in a turn of its own. That costs time where nothing is wrong (trailer fields, the first
 * chunk behind a head), and changes nothing.
 *
 * <p>A turn reads as much as the engine's buffer takes. So the engine has another turn as long as each read fills its buffer,
 * up to a bound that is fair to the other connections of the thread. What is left, the selector reports again.
 *
 * <p>Over TLS the engine is handed what was decrypted, and each record is a turn. HTTP/2 is read as ever: its frames are
 * handed on one by one. But the engine gets no more than one {@linkplain HeaderBlocks header block} at once.
 *
 * <p>Between a whole response and the next request a server has nothing to say. The engine would take what comes there for
 * the beginning of the next response, so this connection is closed instead.
 */
final class BurstSession implements IOSession {

    private static final Logger LOG = System.getLogger("top.neuralbox");

    /** With the engine's buffer of 4 KiB, one event of a connection reads 64 KiB. */
    private static final int MOST_ROUNDS = 16;

    /** A chunk size of more digits is legal, but nothing that needs to be fast. */
    private static final int USUAL_DIGITS = 15;

    private final IOSession session;
    private @Nullable Fenced fenced;
    /** These are touched by the session's I/O thread only. */
    private boolean inTurn;

    private boolean served;
    private boolean filled;
    private boolean atEnd;
    private @Nullable ByteBuffer heldBack;
    private boolean written;
    private @Nullable TunnelAnswer tunnel;
    /** Whether the engine of HTTP/2 is being handed what was decrypted, behind which the end of the connection comes. */
    private boolean isHanding;

    /** How many bytes the engine got since it last made content or a whole response of them. */
    private int unproductive;
    /** Whether the last response is whole, and the next request not begun. */
    private boolean betweenExchanges;

    private @Nullable Runnable atEndOfEvent;
    /** The last call that was sent here. */
    private @Nullable HttpClientCall call;

    private BurstSession(IOSession session) {
        this.session = session;
    }

    /** Wraps a connection, or the TLS layer above one. */
    static IOSession over(IOSession session) {
        return new BurstSession(session);
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        if (!inTurn) {
            return isHanding ? 0 : session.read(destination);
        }
        if (served) {
            if (betweenExchanges && destination.position() > 0) {
                destination.position(0);
                closeBehindResponse();
            } else if (!mayBeChunkHead(destination)) {
                heldBack = takeOut(destination);
            }
            return 0;
        }
        served = true;
        ByteBuffer held = heldBack;
        if (held != null) {
            heldBack = null;
            if (isNegativeSize(held)) {
                throw new MalformedChunkCodingException("a chunk of negative size");
            }
            int count = held.remaining();
            destination.put(held);
            return count;
        }
        int from = destination.position();
        int room = destination.remaining();
        int count = session.read(destination);
        if (betweenExchanges && count > 0) {
            destination.position(from);
            closeBehindResponse();
            return 0;
        }
        TunnelAnswer answer = tunnel;
        if (answer != null && count > 0) {
            answer.pass(destination, from, from + count);
            tunnel = answer.isKnown() ? null : answer;
        }
        filled = count > 0 && count == room;
        atEnd = count < 0;
        spend(count);
        return count;
    }

    /** Whether the peer has closed the connection. */
    boolean atEnd() {
        return atEnd;
    }

    /** A call is about to be sent here. */
    void begin(HttpClientCall next) {
        call = next;
    }

    private void headerBlockPassed(boolean last) {
        HttpClientCall current = call;
        if (current != null) {
            current.headerBlockPassed(last);
        }
    }

    /** The engine has made content of what it got, or a whole response. */
    void productive() {
        unproductive = 0;
    }

    /** The response is whole, and so is its exchange, if the request was written. */
    void responseWhole() {
        productive();
        betweenExchanges = true;
    }

    /**
     * Runs a task when the engine has got all that was read at once. Until then nobody can say whether anything follows the
     * response that has just become whole.
     */
    void whenEventIsOver(Runnable task) {
        if (inTurn) {
            atEndOfEvent = task;
        } else {
            task.run();
        }
    }

    private void endEvent() {
        Runnable task = atEndOfEvent;
        if (task != null) {
            atEndOfEvent = null;
            task.run();
        }
    }

    /** A call that has just got this connection from the pool has not written its request yet. */
    private void closeBehindResponse() {
        session.close(CloseMode.IMMEDIATE);
    }

    /** Counts a head, interim ones included, and a trailer section; the engine bounds their fields, not their sum (5.4.4). */
    private void spend(int count) throws MessageConstraintException {
        if (unproductive >= Engine.MAX_HEAD) {
            throw new MessageConstraintException("more than " + Engine.MAX_HEAD + " bytes without content");
        }
        unproductive += Math.max(0, count);
    }

    /** One turn of the engine, with what was decrypted or to read by itself, and others as long as there is more to do. */
    private void turn(IOEventHandler handler, @Nullable ByteBuffer source) throws IOException {
        if (betweenExchanges && source != null && source.hasRemaining()) {
            closeBehindResponse();
            return;
        }
        inTurn = true;
        try {
            begin(source != null);
            if (source != null) {
                spend(source.remaining());
            }
            handler.inputReady(this, source);
            for (int round = 1; mayHaveMore() && (isHolding() || isWorthwhile(round)); round++) {
                begin(false);
                handler.inputReady(this, null);
            }
        } finally {
            inTurn = false;
        }
    }

    private void hand(IOEventHandler handler, HeaderBlocks blocks, ByteBuffer source) throws IOException {
        isHanding = true;
        try {
            blocks.pass(source, bytes -> handler.inputReady(this, bytes), this::headerBlockPassed);
        } finally {
            isHanding = false;
        }
    }

    private void begin(boolean served) {
        this.served = served;
        filled = false;
        atEnd = false;
    }

    /** Also if the engine has no room for more content: it had these bytes before. Not so once it reads no more. */
    private boolean isHolding() {
        return heldBack != null && served;
    }

    /** Also while it closes: the TLS layer says so at the peer's end, whatever it has still to decrypt (5.4.4). */
    private boolean mayHaveMore() {
        return session.getStatus() != Status.CLOSED;
    }

    private boolean isWorthwhile(int round) {
        return round < MOST_ROUNDS && filled && (session.getEventMask() & SelectionKey.OP_READ) != 0;
    }

    /**
     * Whether the bytes in a buffer are what the engine expects behind a chunk, or the beginning of it: the end of the line
     * and the next size (RFC 9112, section 7.1). It takes any extension.
     */
    private static boolean mayBeChunkHead(ByteBuffer buffer) {
        int end = buffer.position();
        int at = lineEnd(buffer, 0, end);
        if (at < 0 || at == end) {
            return at == end;
        }
        int size = at;
        while (at < end && isHexDigit(buffer.get(at))) {
            at++;
        }
        if (at == end || at == size || at - size > USUAL_DIGITS) {
            return at == end;
        }
        return buffer.get(at) == ';' || lineEnd(buffer, at, end) >= 0;
    }

    /** Of such a size the engine reads what it has read before, and waits for nothing (5.4.4). */
    private static boolean isNegativeSize(ByteBuffer bytes) {
        int at = lineEnd(bytes, 0, bytes.limit());
        return at > 0 && at < bytes.limit() && bytes.get(at) == '-';
    }

    /** Where a line end that begins here is over, or as much of it as there is; negative if there is none. */
    private static int lineEnd(ByteBuffer buffer, int from, int end) {
        int at = from;
        if (at < end && buffer.get(at) == '\r') {
            at++;
        }
        if (at < end) {
            return buffer.get(at) == '\n' ? at + 1 : -1;
        }
        return at;
    }

    private static boolean isHexDigit(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
    }

    private static ByteBuffer takeOut(ByteBuffer buffer) {
        ByteBuffer content = buffer.duplicate().flip();
        buffer.position(0);
        return ByteBuffer.allocate(content.remaining()).put(content).flip();
    }

    /** The engine calls this before it reads. */
    @Override
    public void updateReadTime() {
        atEnd = false;
        TransportThreads.serve(this);
        session.updateReadTime();
    }

    /** The engine calls this before it writes. */
    @Override
    public void updateWriteTime() {
        atEnd = false;
        TransportThreads.serve(this);
        session.updateWriteTime();
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (source.hasRemaining()) {
            betweenExchanges = false;
            if (!written) {
                written = true;
                tunnel = TunnelAnswer.isAskedForBy(source) ? new TunnelAnswer() : null;
            }
        }
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

    @Override
    public @Nullable IOEventHandler getHandler() {
        IOEventHandler handler = session.getHandler();
        if (handler == null) {
            return null;
        }
        Fenced known = fenced;
        if (known == null || !known.isOf(handler)) {
            known = new Fenced(handler);
            fenced = known;
        }
        return known;
    }

    /** The connection and the TLS layer above it share a handler, which may be there before the latter. */
    @Override
    public void upgrade(IOEventHandler handler) {
        if (handler instanceof ClientHttp1IOEventHandler) {
            session.upgrade(new Turns(handler));
        } else if (handler instanceof ClientH2IOEventHandler) {
            session.upgrade(new Blocks(handler, new HeaderBlocks()));
        } else {
            session.upgrade(handler);
        }
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

    /** The engine's handler of HTTP/1.1, which reads in turns of the session that it is called for. */
    private record Turns(IOEventHandler handler) implements IOEventHandler {

        @Override
        public void inputReady(IOSession current, @Nullable ByteBuffer source) throws IOException {
            if (current instanceof BurstSession burst) {
                burst.turn(handler, source);
            } else {
                handler.inputReady(current, source);
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
    }

    /** The engine's handler of HTTP/2. */
    private record Blocks(IOEventHandler handler, HeaderBlocks blocks) implements IOEventHandler {

        @Override
        public void inputReady(IOSession current, @Nullable ByteBuffer source) throws IOException {
            if (current instanceof BurstSession burst && source != null) {
                burst.hand(handler, blocks, source);
            } else {
                handler.inputReady(current, source);
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
    }

    /** A step of the engine. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /**
     * Keeps the I/O thread alive: an {@code Error} of foreign code, an interceptor say, would end it and every connection on it
     * (5.4.4), while an exception ends this connection alone. So would the interrupt flag, if it were left set.
     */
    private static void fenced(Step step) throws IOException {
        TransportThreads.enterCallback();
        try {
            step.run();
        } catch (Error foreign) {
            throw new IllegalStateException("foreign code threw an Error on an I/O thread", foreign);
        } finally {
            TransportThreads.leaveCallback();
        }
    }

    /** The engine's handler of what the selector tells. */
    private final class Fenced implements IOEventHandler {

        private final IOEventHandler handler;

        Fenced(IOEventHandler handler) {
            this.handler = handler;
        }

        boolean isOf(IOEventHandler other) {
            return handler.equals(other);
        }

        @Override
        public void inputReady(IOSession current, @Nullable ByteBuffer source) throws IOException {
            // Not through fenced(): this is the path of every token, and a lambda would be allocated for each.
            TransportThreads.enterCallback();
            try {
                handler.inputReady(current, source);
            } catch (Error foreign) {
                throw new IllegalStateException("foreign code threw an Error on an I/O thread", foreign);
            } finally {
                try {
                    endEvent();
                } finally {
                    TransportThreads.leaveCallback();
                }
            }
        }

        @Override
        public void connected(IOSession current) throws IOException {
            fenced(() -> handler.connected(current));
        }

        @Override
        public void outputReady(IOSession current) throws IOException {
            fenced(() -> handler.outputReady(current));
            // The TLS layer stops decrypting where the peer asks for new keys. It goes on when more bytes arrive, not
            // when it has answered (5.4.4). It reads no more than its buffer takes.
            if (session instanceof SSLIOSession && mayHaveMore()) {
                inputReady(current, null);
            }
        }

        @Override
        public void timeout(IOSession current, Timeout limit) throws IOException {
            fenced(() -> handler.timeout(current, limit));
        }

        @Override
        public void exception(IOSession current, Exception cause) {
            quietly(() -> handler.exception(current, cause));
        }

        @Override
        public void disconnected(IOSession current) {
            quietly(() -> handler.disconnected(current));
        }

        /** The connection is at its end already, and the engine does not expect a failure here (5.4.4). */
        private void quietly(Step step) {
            try {
                fenced(step);
            } catch (CancelledKeyException closed) {
                // Of the engine itself, which has closed the connection before.
                return;
            } catch (IOException | RuntimeException e) {
                // Named by its type alone: a message may hold what belongs to the call.
                Throwable cause = e.getCause() instanceof Error error ? error : e;
                LOG.log(
                        Level.WARNING,
                        "Foreign code threw {0} as a connection ended; nothing else is affected.",
                        cause.getClass().getName());
            }
        }
    }
}
