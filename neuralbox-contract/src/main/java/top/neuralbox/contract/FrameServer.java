package top.neuralbox.contract;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.TestCertificates;

/**
 * A server on 127.0.0.1 that speaks HTTP/2 over TLS, frame by frame (RFC 9113), and so can send anything that the standard
 * allows. It respects the windows that the client grants. It does not read header fields: a test answers the streams in the
 * order of their arrival. Thread-safe.
 */
final class FrameServer implements AutoCloseable {

    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    private static final int DATA = 0;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;

    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int DEFAULT_WINDOW = 65_535;
    private static final int FRAME_HEAD = 9;
    private static final int MAX_FRAME = 16 * 1024;
    private static final int PREFACE = 24;

    private final TlsServerSocket listener;
    private final @Nullable String version;
    private final BlockingQueue<Stream> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<Stream> arrivals = new LinkedBlockingQueue<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    private FrameServer(TlsServerSocket listener, @Nullable String version) {
        this.listener = listener;
        this.version = version;
    }

    /** Starts a server with the certificate of {@link TestCertificates#shared()}. */
    static FrameServer start() {
        return start(null);
    }

    /** The same, with a version of TLS; null for the newest. */
    static FrameServer start(@Nullable String version) {
        try {
            FrameServer server = new FrameServer(new TlsServerSocket(), version);
            inBackground(server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return URI.create("https://127.0.0.1:" + listener.getLocalPort() + "/api/v2/generate");
    }

    /** How many connections were ever accepted. */
    int connectionCount() {
        return accepted.get();
    }

    /** Waits for the next stream with a complete request, and returns it. */
    Stream awaitStream() {
        return await(arrivals);
    }

    /** Waits for the next stream whose request has begun, and returns it. This server returns no window to a request. */
    Stream awaitBegunStream() {
        return await(begun);
    }

    private static Stream await(BlockingQueue<Stream> streams) {
        try {
            Stream stream = streams.poll(TransportFixture.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            if (stream == null) {
                throw new AssertionError("no request within " + TransportFixture.PATIENCE);
            }
            return stream;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a request", e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(Connection::close);
    }

    private void accept() throws IOException {
        while (true) {
            Connection connection = new Connection(listener.accept("h2", version));
            accepted.incrementAndGet();
            open.add(connection);
            inBackground(connection::serve);
        }
    }

    private static void inBackground(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException ended) {
                        // The client or the test has closed the connection; its streams see that.
                        return;
                    }
                },
                "testkit-server-frames");
        thread.setDaemon(true);
        thread.start();
    }

    /** Writes one field, as a literal that is not indexed (RFC 7541, section 6.2.2). */
    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        string(block, name);
        string(block, value);
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        int length = octets.length;
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            length -= 127;
            while (length >= 128) {
                block.write(length % 128 + 128);
                length /= 128;
            }
            block.write(length);
        }
        block.writeBytes(octets);
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    /** One request, to be answered. */
    static final class Stream {

        private final Connection connection;
        private final int id;
        private long window;
        private boolean ended;
        private boolean reset;

        private Stream(Connection connection, int id, long window) {
            this.connection = connection;
            this.id = id;
            this.window = window;
        }

        /** Sends a head, final or interim. Names and values of the fields alternate. */
        Stream head(int status, String... fields) {
            return fields(status, false, fields);
        }

        /** Sends a head that ends the response. */
        void onlyHead(int status, String... fields) {
            fields(status, true, fields);
        }

        /** Sends a frame of any kind on this stream. */
        Stream frame(int type, int flags, byte[] payload) {
            connection.write(type, flags, id, payload);
            return this;
        }

        /**
         * Sends content and a setting, which the client gets in one read, because one TLS record holds both. The content must
         * be short, because this ignores the windows.
         */
        Stream dataAndSetting(String content, int name, int value) {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            connection.change(() -> connection.settingsSent++);
            byte[] setting =
                    ByteBuffer.allocate(6).putShort((short) name).putInt(value).array();
            connection.send(Connection.join(
                    Connection.frame(DATA, 0, id, ByteBuffer.wrap(data)),
                    Connection.frame(SETTINGS, 0, 0, ByteBuffer.wrap(setting))));
            return this;
        }

        /** Promises a response that the client did not request: GET of the path /, on the stream 2. */
        Stream push() {
            ByteArrayOutputStream promise = new ByteArrayOutputStream();
            promise.writeBytes(ByteBuffer.allocate(4).putInt(2).array());
            // From the static table (RFC 7541, appendix A): GET, https, and the path /.
            promise.writeBytes(new byte[] {(byte) 0x82, (byte) 0x87, (byte) 0x84});
            field(promise, ":authority", "127.0.0.1");
            return frame(PUSH_PROMISE, END_HEADERS, promise.toByteArray());
        }

        /** The client's value of a setting, or {@code otherwise} if it sent none. */
        int clientSetting(int name, int otherwise) {
            return connection.clientSettings.getOrDefault(name, otherwise);
        }

        /** Waits until the client sends a GOAWAY. Returns its error code. */
        int awaitGoAway(Duration patience) {
            connection.await(() -> connection.goAway >= 0, patience, "no GOAWAY");
            return connection.goAway;
        }

        /** Waits until the client has acknowledged all settings. */
        void awaitSettingsHeeded(Duration patience) {
            connection.await(
                    () -> connection.settingsHeeded == connection.settingsSent, patience, "settings not acknowledged");
        }

        /** Sends content, as the windows allow, and waits for more window while there is content left. */
        Stream data(byte[] content) {
            int sent = 0;
            while (sent < content.length) {
                int piece = connection.take(this, content.length - sent, true);
                byte[] payload = new byte[piece];
                System.arraycopy(content, sent, payload, 0, piece);
                connection.write(DATA, 0, id, payload);
                sent += piece;
            }
            return this;
        }

        Stream data(String content) {
            return data(content.getBytes(StandardCharsets.UTF_8));
        }

        /** Sends zeros until a window is used up. Returns how many bytes it sent. */
        int fill() {
            int sent = 0;
            int piece = connection.take(this, MAX_FRAME, false);
            while (piece > 0) {
                connection.write(DATA, 0, id, new byte[piece]);
                sent += piece;
                piece = connection.take(this, MAX_FRAME, false);
            }
            return sent;
        }

        /** Sends content and the end of it in one frame. The content is short, for the windows are not heeded. */
        void dataAndEnd(String content) {
            connection.write(DATA, END_STREAM, id, content.getBytes(StandardCharsets.UTF_8));
        }

        /** As {@link #dataAndEnd}, and ends TLS. The client gets all of it in one read. TCP stays open. */
        void dataAndEndAndEndTls(String content) {
            connection.sendAndEndTls(
                    Connection.frame(DATA, END_STREAM, id, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8))));
        }

        /** Ends TLS and leaves TCP open. */
        void endTls() {
            connection.sendAndEndTls(new byte[0]);
        }

        /** Ends the content. */
        void end() {
            connection.write(DATA, END_STREAM, id, new byte[0]);
        }

        /** Waits until the client resets the stream, or closes its connection. */
        void awaitReset(Duration patience) {
            connection.await(() -> reset || connection.closed, patience, "no reset of the stream");
        }

        /** Waits until the client closes the connection of this stream. */
        void awaitClose(Duration patience) {
            connection.await(() -> connection.closed, patience, "the connection was not closed");
        }

        private Stream fields(int status, boolean end, String... fields) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            // The name is :status, number 8 of the static table (RFC 7541, appendix A).
            block.write(8);
            string(block, Integer.toString(status));
            for (int i = 0; i < fields.length; i += 2) {
                field(block, fields[i], fields[i + 1]);
            }
            connection.writeHead(id, end, block.toByteArray());
            return this;
        }
    }

    /** One connection, whose thread reads frames. It guards the state that its streams share. */
    private final class Connection {

        private final TlsServerSocket.Accepted socket;
        private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
        private final Object lock = new Object();
        private final Object writing = new Object();
        private long window = DEFAULT_WINDOW;
        private final Map<Integer, Integer> clientSettings = new ConcurrentHashMap<>();
        private long initialWindow = DEFAULT_WINDOW;
        private int goAway = -1;
        /** The server's own at the beginning is one. */
        private int settingsSent = 1;

        private int settingsHeeded;
        private volatile boolean endsTls;
        private boolean closed;

        Connection(TlsServerSocket.Accepted socket) {
            this.socket = socket;
        }

        void serve() throws IOException {
            try (socket) {
                DataInputStream in = new DataInputStream(socket.in());
                write(SETTINGS, 0, 0, new byte[0]);
                in.readFully(new byte[PREFACE]);
                try {
                    while (true) {
                        read(in);
                    }
                } catch (EOFException e) {
                    if (endsTls) {
                        // A client of TLS 1.2 answers at once, and may close TCP later.
                        socket.awaitEndOfTcp();
                    }
                }
            } finally {
                open.remove(this);
                change(() -> closed = true);
            }
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Takes up to {@code most} bytes from both windows, after waiting for the first one if {@code wait} is set. */
        int take(Stream stream, int most, boolean wait) {
            if (wait) {
                await(
                        () -> closed || Math.min(window, stream.window) > 0,
                        TransportFixture.PATIENCE,
                        "no window to send in");
            }
            synchronized (lock) {
                if (closed) {
                    throw new AssertionError("the client has closed the connection");
                }
                int piece = (int) Math.max(0, Math.min(Math.min(most, MAX_FRAME), Math.min(window, stream.window)));
                window -= piece;
                stream.window -= piece;
                return piece;
            }
        }

        void writeHead(int id, boolean end, byte[] block) {
            synchronized (writing) {
                int first = Math.min(MAX_FRAME, block.length);
                boolean whole = first == block.length;
                int flags = (end ? END_STREAM : 0) | (whole ? END_HEADERS : 0);
                write(HEADERS, flags, id, ByteBuffer.wrap(block, 0, first));
                for (int at = first; at < block.length; at += MAX_FRAME) {
                    int piece = Math.min(MAX_FRAME, block.length - at);
                    int last = at + piece == block.length ? END_HEADERS : 0;
                    write(CONTINUATION, last, id, ByteBuffer.wrap(block, at, piece));
                }
            }
        }

        void write(int type, int flags, int id, byte[] payload) {
            write(type, flags, id, ByteBuffer.wrap(payload));
        }

        /** Waits for the condition. Fails with the message {@code otherwise} if the patience ends first. */
        void await(java.util.function.BooleanSupplier condition, Duration patience, String otherwise) {
            long deadline = System.nanoTime() + patience.toNanos();
            synchronized (lock) {
                while (!condition.getAsBoolean()) {
                    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                    if (millis <= 0) {
                        throw new AssertionError(otherwise + " within " + patience);
                    }
                    try {
                        lock.wait(millis);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new AssertionError("interrupted while waiting for a client", e);
                    }
                }
            }
        }

        private void write(int type, int flags, int id, ByteBuffer payload) {
            send(frame(type, flags, id, payload));
        }

        private void send(byte[] bytes) {
            try {
                synchronized (writing) {
                    socket.write(bytes);
                }
            } catch (IOException e) {
                // The client has gone. Either the test's wait fails, or the client reports the failure.
                change(() -> closed = true);
            }
        }

        /** Sends bytes and the end of TLS, which the client gets in one read. TCP stays open. */
        void sendAndEndTls(byte[] bytes) {
            endsTls = true;
            try {
                synchronized (writing) {
                    socket.writeAndEndTls(bytes);
                }
            } catch (IOException e) {
                change(() -> closed = true);
            }
        }

        private static byte[] frame(int type, int flags, int id, ByteBuffer payload) {
            int length = payload.remaining();
            ByteBuffer frame = ByteBuffer.allocate(FRAME_HEAD + length);
            frame.put((byte) (length >> 16))
                    .putShort((short) length)
                    .put((byte) type)
                    .put((byte) flags);
            frame.putInt(id).put(payload);
            return frame.array();
        }

        private static byte[] join(byte[] first, byte[] second) {
            return ByteBuffer.allocate(first.length + second.length)
                    .put(first)
                    .put(second)
                    .array();
        }

        private void read(DataInputStream in) throws IOException {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int id = in.readInt() & Integer.MAX_VALUE;
            byte[] payload = new byte[length];
            in.readFully(payload);
            switch (type) {
                case HEADERS, DATA -> request(id, (flags & END_STREAM) != 0);
                case SETTINGS -> settings(flags, ByteBuffer.wrap(payload));
                case PING -> {
                    if ((flags & ACK) == 0) {
                        write(PING, ACK, 0, payload);
                    }
                }
                case WINDOW_UPDATE -> enlarge(id, ByteBuffer.wrap(payload).getInt());
                case RST_STREAM -> ended(id);
                case GOAWAY -> {
                    int code = ByteBuffer.wrap(payload).getInt(4);
                    change(() -> goAway = code);
                    if (code != 0) {
                        throw new EOFException("the client found an error of the connection");
                    }
                }
                default -> {
                    // A server that answers in the order of arrival needs no other frame.
                }
            }
        }

        private void request(int id, boolean whole) {
            Stream stream;
            boolean complete;
            synchronized (lock) {
                stream = streams.computeIfAbsent(id, fresh -> {
                    Stream opened = new Stream(this, fresh, initialWindow);
                    begun.add(opened);
                    return opened;
                });
                complete = whole && !stream.ended;
                stream.ended |= whole;
            }
            if (complete) {
                arrivals.add(stream);
            }
        }

        private void settings(int flags, ByteBuffer settings) {
            if ((flags & ACK) != 0) {
                change(() -> settingsHeeded++);
                return;
            }
            while (settings.remaining() >= 6) {
                int name = settings.getShort();
                int value = settings.getInt();
                clientSettings.put(name, value);
                if (name == INITIAL_WINDOW_SIZE) {
                    change(() -> {
                        streams.values().forEach(stream -> stream.window += value - initialWindow);
                        initialWindow = value;
                    });
                }
            }
            write(SETTINGS, ACK, 0, new byte[0]);
        }

        private void enlarge(int id, int increment) {
            Stream stream = streams.get(id);
            change(() -> {
                if (id == 0) {
                    window += increment;
                } else if (stream != null) {
                    stream.window += increment;
                }
            });
        }

        private void ended(int id) {
            Stream stream = streams.get(id);
            change(() -> {
                if (stream != null) {
                    stream.reset = true;
                }
            });
        }

        private void change(Runnable change) {
            synchronized (lock) {
                change.run();
                lock.notifyAll();
            }
        }
    }
}
