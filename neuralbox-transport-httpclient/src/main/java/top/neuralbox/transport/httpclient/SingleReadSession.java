package top.neuralbox.transport.httpclient;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandler;
import org.apache.hc.core5.http2.impl.nio.ClientH2IOEventHandler;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.SSLIOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that the engine reads once in each turn, so that it delivers its decoded chunks before it reads more.
 *
 * <p>The engine's chunk decoder reads the connection once more after each chunk (5.4.4). That costs a system call for each
 * token. If that read finds the end of the connection or a malformed chunk, the engine also drops the chunks that it has
 * decoded but not delivered. So this class answers every read of a turn after the first one with no bytes. If the bytes that
 * the engine would decode next do not look like the head of a chunk, they are taken out of the engine's buffer, and given back
 * in a turn of their own. For well-formed bytes (trailer fields, the first chunk after a head) that costs time and changes
 * nothing.
 *
 * <p>A turn reads as many bytes as the engine's buffer takes. The engine gets another turn as long as each read fills its
 * buffer, up to a limit that is fair to the other connections of the thread. The selector reports the remaining bytes again.
 *
 * <p>Over TLS the engine gets decrypted bytes, and each record is a turn. HTTP/2 is read as usual, because the engine delivers
 * its frames one by one. But the engine gets no more than one {@linkplain HeaderBlocks header block} at once.
 *
 * <p>A server sends nothing between a whole response and the next request. The engine would take such bytes for the beginning
 * of the next response, so this connection is closed instead.
 */
final class SingleReadSession extends ForwardingSession {

    /** With the engine's buffer of 4 KiB, one event of a connection reads 64 KiB. */
    private static final int MOST_ROUNDS = 16;

    /** More unread bytes than a kernel keeps for a socket. */
    private static final long MOST_IN_A_SOCKET = 16 << 20;

    /**
     * Reads without bytes for the engine. One may have read a part of a TLS record; the next one has room for the whole record.
     */
    private static final int VAIN_READS = 2;

    private static final String CONNECTION_ENDED = "a connection ended";

    private @Nullable Fenced fenced;
    /** Only the session's I/O thread uses this field and the following ones. */
    private boolean inTurn;

    private boolean served;
    private boolean filled;
    private boolean atEnd;
    private @Nullable ByteBuffer heldBack;
    private boolean written;
    private @Nullable TunnelAnswer tunnel;
    private final StatusLines statusLines = new StatusLines();
    private final ChunkSizes chunkSizes = new ChunkSizes();
    /** Whether a chunk of negative size follows the bytes that the engine has. */
    private boolean isMalformed;
    /** Whether HTTP/2's engine is getting decrypted bytes. The end of the connection must come after them. */
    private boolean isHanding;

    /** How many bytes the engine has received since its last content or whole response. */
    private int unproductive;
    /** How many bytes the engine has received. */
    private long passed;

    /** Whether no request is under way: before the first one, and when a response is whole. */
    private boolean betweenExchanges = true;

    private @Nullable Runnable atEndOfEvent;
    /** The last call that was sent on this connection. */
    private @Nullable HttpClientCall call;

    private SingleReadSession(IOSession session) {
        super(session);
    }

    /** Wraps a connection, or the TLS layer above one. */
    static IOSession over(IOSession session) {
        return new SingleReadSession(session);
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
            } else if (!ChunkHead.mayBegin(destination)) {
                heldBack = takeOut(destination);
            }
            return 0;
        }
        served = true;
        ByteBuffer held = heldBack;
        if (held != null) {
            heldBack = null;
            int count = held.remaining();
            destination.put(held);
            return count;
        }
        if (isMalformed) {
            throw new MalformedChunkCodingException("a chunk of negative size");
        }
        int from = destination.position();
        int room = destination.remaining();
        int count = upToNegativeSize(destination, from, session.read(destination));
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
        countInterim(destination, from, from + Math.max(0, count));
        return count;
    }

    /** Cuts what was read before a chunk of negative size: what came before it still counts. Returns how many bytes are left. */
    private int upToNegativeSize(ByteBuffer bytes, int from, int count) {
        int negative = chunkSizes.negativeIn(bytes, from, from + Math.max(0, count));
        if (negative == ChunkSizes.NONE) {
            return count;
        }
        isMalformed = true;
        bytes.position(negative);
        return negative - from;
    }

    /** Whether the peer has closed the connection. */
    boolean atEnd() {
        return atEnd;
    }

    /** Called before a call is sent on this connection. */
    void begin(HttpClientCall next) {
        call = next;
        statusLines.begin();
        chunkSizes.begin();
    }

    private void countInterim(ByteBuffer bytes, int from, int to) {
        HttpClientCall current = call;
        for (int left = statusLines.count(bytes, from, to); left > 0 && current != null; left--) {
            current.interim();
        }
    }

    private void headerBlockPassed(boolean last) {
        HttpClientCall current = call;
        if (current != null) {
            current.headerBlockPassed(last);
        }
    }

    /** Called when the engine has decoded content or a whole response. */
    void productive() {
        unproductive = 0;
    }

    /** Called when the response is whole. Its exchange is whole too, if the request was written. */
    void responseWhole() {
        productive();
        betweenExchanges = true;
    }

    /**
     * Runs a task after the engine has received all bytes of one read. Before that it is not known whether bytes follow the
     * response that has just become whole.
     */
    void whenEventIsOver(Runnable task) {
        if (inTurn) {
            // A warm-up that a callback starts gives several connections back in one event.
            Runnable before = atEndOfEvent;
            atEndOfEvent = before == null ? task : () -> both(before, task);
        } else {
            task.run();
        }
    }

    private static void both(Runnable first, Runnable second) {
        try {
            first.run();
        } finally {
            second.run();
        }
    }

    private void endEvent() {
        Runnable task = atEndOfEvent;
        if (task != null) {
            atEndOfEvent = null;
            task.run();
        }
    }

    /** Closes the connection. A call that has just leased it from the pool has not written its request yet. */
    private void closeBehindResponse() {
        session.close(CloseMode.IMMEDIATE);
    }

    /**
     * Counts the bytes of heads, interim ones too, and of trailer sections. The engine limits fields, not their sum (5.4.4).
     */
    private void spend(int count) throws MessageConstraintException {
        if (unproductive >= Engine.MAX_HEAD) {
            throw new MessageConstraintException("more than " + Engine.MAX_HEAD + " bytes without content");
        }
        unproductive += Math.max(0, count);
        passed += Math.max(0, count);
    }

    /** Runs one turn of the engine, with decrypted bytes or with a read, and more turns as long as there is more to do. */
    private void turn(IOEventHandler handler, @Nullable ByteBuffer source) throws IOException {
        if (betweenExchanges && source != null && source.hasRemaining()) {
            closeBehindResponse();
            return;
        }
        inTurn = true;
        try {
            begin(source != null);
            if (source != null) {
                int size = upToNegativeSize(source.duplicate(), source.position(), source.remaining());
                source.limit(source.position() + size);
                spend(size);
                countInterim(source, source.position(), source.limit());
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
        passed += source.remaining();
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

    /** True even if the engine has no room for more content: it had these bytes before. False once it has stopped reading. */
    private boolean isHolding() {
        return (heldBack != null || isMalformed) && served;
    }

    /** True even while it closes: the TLS layer has that status from the peer's end on, with bytes still to decrypt (5.4.4). */
    private boolean mayHaveMore() {
        return session.getStatus() != Status.CLOSED;
    }

    private boolean isWorthwhile(int round) {
        return round < MOST_ROUNDS && filled && (session.getEventMask() & SelectionKey.OP_READ) != 0;
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

    /**
     * Asks for nothing that the selector watches already. The engine wakes its I/O thread each time (5.4.4): for each part of the
     * window that a reader gives back, some system calls. The TLS layer compares by itself.
     */
    @Override
    public void setEvent(int operation) {
        if (operation != SelectionKey.OP_READ || session instanceof SSLIOSession || !isWatched(operation)) {
            session.setEvent(operation);
        }
    }

    private boolean isWatched(int operation) {
        try {
            return (session.getEventMask() & operation) != 0;
        } catch (CancelledKeyException closed) {
            // The connection ignores what is asked of it now.
            return false;
        }
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

    /** The connection and its TLS layer share a handler, which may be set before the TLS layer exists. */
    @Override
    public void upgrade(IOEventHandler handler) {
        if (handler instanceof ClientHttp1IOEventHandler) {
            session.upgrade(new Turns(handler));
        } else if (handler instanceof ClientH2IOEventHandler) {
            session.upgrade(new Blocks(handler));
        } else {
            session.upgrade(handler);
        }
    }

    /**
     * Tells the engine's handler that the connection has ended. The engine expects no exception here (5.4.4): its thread would
     * end. Without memory it shall end, because its calls are then told as soon as there is memory again.
     */
    private static void end(IOEventHandler handler, IOSession ended) {
        TransportThreads.enterCallback();
        try {
            handler.disconnected(ended);
        } catch (CancelledKeyException closed) {
            return;
        } catch (OutOfMemoryError full) {
            throw full;
        } catch (Throwable foreign) {
            ForeignCode.threw(foreign, CONNECTION_ENDED);
        } finally {
            TransportThreads.leaveCallback();
        }
    }

    /** Wraps the engine's handler of HTTP/1.1, so that it reads its session in turns. */
    private static final class Turns extends ForwardingHandler {

        Turns(IOEventHandler handler) {
            super(handler);
        }

        @Override
        public void disconnected(IOSession current) {
            end(handler, current);
        }

        @Override
        public void inputReady(IOSession current, @Nullable ByteBuffer source) throws IOException {
            if (current instanceof SingleReadSession session) {
                session.turn(handler, source);
            } else {
                handler.inputReady(current, source);
            }
        }
    }

    /** Wraps the engine's handler of HTTP/2, so that it gets header blocks one by one. */
    private static final class Blocks extends ForwardingHandler {

        private final HeaderBlocks blocks = new HeaderBlocks();

        Blocks(IOEventHandler handler) {
            super(handler);
        }

        @Override
        public void disconnected(IOSession current) {
            end(handler, current);
        }

        @Override
        public void inputReady(IOSession current, @Nullable ByteBuffer source) throws IOException {
            if (current instanceof SingleReadSession session && source != null) {
                session.hand(handler, blocks, source);
            } else {
                handler.inputReady(current, source);
            }
        }
    }

    /** A step of the engine. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /**
     * Keeps the I/O thread alive. An {@code Error} of foreign code, for example of an interceptor, would end it and all its
     * connections (5.4.4). An exception ends only this connection. An interrupt flag that stays set would end the thread too.
     */
    private static void fenced(Step step) throws IOException {
        TransportThreads.enterCallback();
        try {
            step.run();
        } catch (Error foreign) {
            throw new IllegalStateException(
                    "code outside NeuralBox, for example an interceptor, threw an Error on an I/O thread", foreign);
        } finally {
            TransportThreads.leaveCallback();
        }
    }

    /** Wraps the engine's handler of the selector's events, so that the I/O thread survives them. */
    private final class Fenced extends ForwardingHandler {

        Fenced(IOEventHandler handler) {
            super(handler);
        }

        boolean isOf(IOEventHandler other) {
            return handler.equals(other);
        }

        @Override
        public void inputReady(IOSession current, @Nullable ByteBuffer source) throws IOException {
            // Without fenced(): each token takes this path, and would allocate a lambda.
            TransportThreads.enterCallback();
            try {
                handler.inputReady(current, source);
            } catch (Error foreign) {
                throw new IllegalStateException(
                        "code outside NeuralBox, for example an interceptor, threw an Error on an I/O thread", foreign);
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
            // Its first request may be written at once, before the engine has reported any read or write.
            TransportThreads.serve(SingleReadSession.this);
            fenced(() -> handler.connected(current));
        }

        @Override
        public void outputReady(IOSession current) throws IOException {
            try {
                fenced(() -> handler.outputReady(current));
            } catch (IOException failedWrite) {
                readToEnd(current);
                throw failedWrite;
            }
            // The TLS layer stops decrypting when the peer requests new keys. It continues when more bytes arrive, not
            // after its answer (5.4.4). So it is called here. It reads no more than its buffer takes.
            if (session instanceof SSLIOSession && mayHaveMore()) {
                inputReady(current, null);
            }
        }

        /**
         * Delivers the bytes that came before a write failed; they may be a whole response. No more bytes will come, and the
         * engine would close the connection at once. So the rest in the socket is read here, with or without demand. No other
         * call gets the connection, because the end of a whole response is reported only after the connection is closed.
         */
        private void readToEnd(IOSession current) throws IOException {
            try {
                long most = passed + MOST_IN_A_SOCKET;
                int vain = 0;
                while (vain < VAIN_READS && passed < most && mayHaveMore()) {
                    long before = passed;
                    fenced(() -> handler.inputReady(current, null));
                    vain = passed == before ? vain + 1 : 0;
                }
            } finally {
                session.close(CloseMode.IMMEDIATE);
                fenced(SingleReadSession.this::endEvent);
            }
        }

        @Override
        public void timeout(IOSession current, Timeout limit) throws IOException {
            fenced(() -> handler.timeout(current, limit));
        }

        /** Logs failures instead of throwing them: the connection has ended, and the engine expects none here (5.4.4). */
        @Override
        public void exception(IOSession current, Exception cause) {
            try {
                fenced(() -> handler.exception(current, cause));
            } catch (CancelledKeyException closed) {
                // The engine threw it itself, because it has closed the connection already.
                return;
            } catch (IOException | RuntimeException e) {
                ForeignCode.threw(e, CONNECTION_ENDED);
            }
        }
    }
}
