package top.neuralbox.faults.servers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import top.neuralbox.faults.servers.Http2Opening.Setting;

/**
 * The server's side of one HTTP/2 connection. One thread reads, and each response has a thread that writes. The monitor of this
 * object guards the windows and the streams. The monitor of {@code output} guards the connection's output.
 */
final class Http2Connection {

    private static final int PREFACE = 24;
    private static final int DEFAULT_WINDOW = 65_535;
    private static final int DEFAULT_TABLE_SIZE = 4_096;
    private static final int JOINED = 30_000;

    private final PlannedServer server;
    private final TlsConnection connection;
    private final Object output = new Object();
    private final Map<Integer, Stream> streams = new HashMap<>();
    private long window = DEFAULT_WINDOW;
    private long initialWindow = DEFAULT_WINDOW;
    private int tableSize = DEFAULT_TABLE_SIZE;
    private boolean tableSizeSaid;
    private boolean leaving;
    private boolean ended;

    Http2Connection(PlannedServer server, TlsConnection connection) {
        this.server = server;
        this.connection = connection;
    }

    /** Answers requests until the client has closed its side of the connection. */
    void serve() throws IOException {
        Http2Opening opening = server.plan().opening();
        try {
            if (opening.eager()) {
                write(Cuts.NONE, Frame.settings(opening.settings()).bytes());
            }
            if (connection.readFully(PREFACE) == null) {
                return;
            }
            if (!opening.eager()) {
                write(Cuts.NONE, Frame.settings(opening.settings()).bytes());
            }
            for (Frame frame = read(); frame != null; frame = read()) {
                take(frame);
            }
        } finally {
            end();
        }
    }

    private Frame read() throws IOException {
        byte[] head = connection.readFully(Frame.HEAD);
        if (head == null) {
            return null;
        }
        int length = (head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | head[2] & 0xFF;
        byte[] payload = connection.readFully(length);
        return payload == null
                ? null
                : new Frame(
                        head[3] & 0xFF, head[4] & 0xFF, ByteBuffer.wrap(head).getInt(5) & Integer.MAX_VALUE, payload);
    }

    private void take(Frame frame) throws IOException {
        switch (frame.type()) {
            case Frame.SETTINGS -> {
                if (!frame.has(Frame.ACK)) {
                    settings(ByteBuffer.wrap(frame.payload()));
                    write(Cuts.NONE, new Frame(Frame.SETTINGS, Frame.ACK, 0, new byte[0]).bytes());
                }
            }
            case Frame.PING -> {
                if (!frame.has(Frame.ACK)) {
                    write(Cuts.NONE, new Frame(Frame.PING, Frame.ACK, 0, frame.payload()).bytes());
                }
            }
            case Frame.WINDOW_UPDATE ->
                widen(frame.stream(), ByteBuffer.wrap(frame.payload()).getInt());
            case Frame.RST_STREAM -> reset(frame.stream());
            case Frame.HEADERS -> {
                Stream stream = open(frame.stream());
                if (frame.has(Frame.END_STREAM)) {
                    answer(stream);
                } else {
                    grant(frame.stream());
                }
            }
            case Frame.DATA -> {
                Stream stream = open(frame.stream());
                stream.body.writeBytes(frame.unpadded());
                if (frame.has(Frame.END_STREAM)) {
                    answer(stream);
                } else {
                    grant(frame.stream());
                }
            }
            default -> {}
        }
    }

    private synchronized void settings(ByteBuffer all) {
        while (all.hasRemaining()) {
            int id = all.getShort();
            int value = all.getInt();
            if (id == Setting.INITIAL_WINDOW_SIZE) {
                long change = value - initialWindow;
                initialWindow = value;
                streams.values().forEach(stream -> stream.window += change);
            } else if (id == Setting.HEADER_TABLE_SIZE) {
                tableSize = value >= 0 ? Math.min(DEFAULT_TABLE_SIZE, value) : DEFAULT_TABLE_SIZE;
            }
        }
        notifyAll();
    }

    private synchronized void widen(int id, int increment) {
        if (id == 0) {
            window += increment;
        } else if (streams.containsKey(id)) {
            streams.get(id).window += increment;
        }
        notifyAll();
    }

    private synchronized void reset(int id) {
        Stream stream = streams.get(id);
        if (stream != null) {
            stream.reset = true;
            if (stream.exchange != null) {
                stream.exchange.released();
            }
        }
        notifyAll();
    }

    private synchronized Stream open(int id) {
        return streams.computeIfAbsent(id, Stream::new);
    }

    /** Widens the windows, which may be small, so that the client can always write its request. */
    private void grant(int stream) throws IOException {
        int grants = server.plan().opening().grants();
        write(
                Cuts.NONE,
                Bytes.join(
                        Frame.windowUpdate(stream, grants).bytes(),
                        Frame.windowUpdate(0, grants).bytes()));
    }

    private void answer(Stream stream) {
        Exchange exchange = server.exchange(Story.callerOf(stream.body.toString(StandardCharsets.UTF_8)));
        synchronized (this) {
            stream.exchange = exchange;
            if (stream.reset || ended) {
                exchange.released();
            }
        }
        exchange.arrived();
        server.fork("stream", () -> {
            boolean settled = true;
            try {
                settled = answer(stream, exchange);
            } catch (IOException e) {
                // The client has closed the connection.
            } finally {
                if (settled) {
                    exchange.settled();
                }
            }
        });
    }

    /** Whether the exchange is settled. Otherwise the end of the connection is still to come. */
    private boolean answer(Stream stream, Exchange exchange) throws IOException {
        Story story = exchange.story();
        Http2Answer answer = (Http2Answer) server.plan().answers().get(story.caller());
        Flaw flaw = story.caller() == 0 ? server.plan().flaw().orElse(null) : null;
        if (answer.cuts().keyUpdate()) {
            connection.updateKeys();
        }
        if (flaw == null) {
            boolean whole = write(stream, exchange, answer, answer.steps(story, stream.id));
            return !whole || !leaves(answer);
        }
        Http2Breakage.Broken broken = ((Http2Breakage) flaw.breakage()).apply(answer.kept(), story, stream.id, flaw);
        exchange.brokenAfter(story.eventsWithin(broken.contentBefore()));
        return write(stream, exchange, answer, broken.steps());
    }

    /** Ends the connection after a response if the answer says so. True if it ends. */
    private boolean leaves(Http2Answer answer) throws IOException {
        boolean last;
        synchronized (this) {
            leaving |= answer.between() != Http2Answer.Between.KEEP;
            last = leaving && streams.values().stream().allMatch(stream -> stream.done);
        }
        if (answer.between() == Http2Answer.Between.GO_AWAY_AFTER_THE_END) {
            write(answer.cuts(), Frame.goAway(Integer.MAX_VALUE, "bye").bytes());
        }
        if (last && !server.plan().callers().together()) {
            connection.closeOutput();
        }
        return last && !server.plan().callers().together();
    }

    /** Whether the steps were done to the end of the response, or the client cancelled. */
    private boolean write(Stream stream, Exchange exchange, Http2Answer answer, List<Step> steps) throws IOException {
        List<byte[]> waiting = new ArrayList<>();
        int size = 0;
        boolean first = true;
        for (Step step : steps) {
            int flow = step.flow();
            if (flow > 0 && !tryTake(stream, flow)) {
                flush(answer.cuts(), waiting);
                size = 0;
                if (!take(stream, flow)) {
                    return true;
                }
            }
            switch (step.kind()) {
                case STALL -> {
                    flush(answer.cuts(), waiting);
                    exchange.awaitGoOn();
                }
                case RAW -> {
                    flush(answer.cuts(), waiting);
                    connection.writeRaw(step.frames().get(0).payload());
                }
                case CLOSE -> {
                    flush(answer.cuts(), waiting);
                    connection.closeOutput();
                    return false;
                }
                case HOLD -> {
                    flush(answer.cuts(), waiting);
                    return false;
                }
                default -> {
                    byte[] bytes = Frame.bytes(first ? withTableSize(step.frames()) : step.frames());
                    first &= step.kind() != Step.Kind.INTERIM && step.kind() != Step.Kind.HEAD;
                    waiting.add(bytes);
                    size += bytes.length;
                    if (step.kind() == Step.Kind.END) {
                        synchronized (this) {
                            stream.done = true;
                        }
                    }
                    if (!answer.joined() || size > JOINED) {
                        flush(answer.cuts(), waiting);
                        size = 0;
                    }
                }
            }
        }
        flush(answer.cuts(), waiting);
        exchange.released();
        return true;
    }

    /** Confirms the smaller table that a client wants, as the encoder must (RFC 7541, section 4.2). */
    private synchronized List<Frame> withTableSize(List<Frame> frames) {
        if (tableSizeSaid || tableSize == DEFAULT_TABLE_SIZE || frames.isEmpty()) {
            return frames;
        }
        Frame head = frames.get(0);
        if (head.type() != Frame.HEADERS || head.has(Frame.PADDED) || head.has(Frame.PRIORITISED)) {
            return frames;
        }
        tableSizeSaid = true;
        List<Frame> all = new ArrayList<>(frames);
        all.set(
                0,
                new Frame(
                        head.type(),
                        head.flags(),
                        head.stream(),
                        Bytes.join(HeaderBlock.sizeUpdate(tableSize), head.payload())));
        return all;
    }

    private synchronized boolean tryTake(Stream stream, int flow) {
        if (stream.window < flow || window < flow) {
            return false;
        }
        stream.window -= flow;
        window -= flow;
        return true;
    }

    /** Waits until the windows are large enough. True if the client still wants the response. */
    private boolean take(Stream stream, int flow) {
        boolean took = Exchange.within(Exchange.PATIENCE, () -> isGone(stream) || tryTake(stream, flow));
        if (!took) {
            throw new AssertionError("the client gave no window for " + flow + " bytes on stream " + stream.id);
        }
        return !isGone(stream);
    }

    private synchronized boolean isGone(Stream stream) {
        return ended || stream.reset;
    }

    private void flush(Cuts cuts, List<byte[]> waiting) throws IOException {
        write(cuts, Bytes.join(waiting));
        waiting.clear();
    }

    private void write(Cuts cuts, byte[] bytes) throws IOException {
        if (bytes.length > 0) {
            synchronized (output) {
                cuts.write(connection, bytes);
            }
        }
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
        streams.values().stream().map(stream -> stream.exchange).forEach(exchange -> {
            if (exchange != null) {
                exchange.settled();
                exchange.released();
            }
        });
    }

    /** One request and its response. */
    private final class Stream {

        private final int id;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private long window = initialWindow;
        private Exchange exchange;
        private boolean reset;
        private boolean done;

        Stream(int id) {
            this.id = id;
        }
    }
}
