package top.neuralbox.testkit.contract;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
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
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import top.neuralbox.testkit.TestCertificates;

/**
 * A server on 127.0.0.1 that speaks HTTP/2 over TLS, frame by frame (RFC 9113), and so can say whatever the standard allows.
 * It heeds the windows that the client grants. It does not read header fields: a test answers the streams in the order of
 * their arrival. Thread-safe.
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

    private final SSLServerSocket listener;
    private final BlockingQueue<Stream> arrivals = new LinkedBlockingQueue<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    private FrameServer(SSLServerSocket listener) {
        this.listener = listener;
    }

    /** Starts a server with the certificate of {@link TestCertificates#shared()}. */
    static FrameServer start() {
        try {
            SSLServerSocket listener = (SSLServerSocket) TestCertificates.shared()
                    .server()
                    .getServerSocketFactory()
                    .createServerSocket(0, 0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
            SSLParameters parameters = listener.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            listener.setSSLParameters(parameters);
            FrameServer server = new FrameServer(listener);
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

    /** The next stream whose request is whole. */
    Stream awaitStream() {
        try {
            Stream stream = arrivals.poll(TransportFixture.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
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
            Socket socket = listener.accept();
            accepted.incrementAndGet();
            Connection connection = new Connection(socket);
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
                        // The client or the test has closed the connection; streams are told of it.
                        return;
                    }
                },
                "testkit-server-frames");
        thread.setDaemon(true);
        thread.start();
    }

    /** One field, as a literal that is not indexed (RFC 7541, section 6.2.2). */
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

        /** Sends a head, interim ones included. Fields are name and value by turns. */
        Stream head(int status, String... fields) {
            return fields(status, false, fields);
        }

        /** Sends a head that is all of the response. */
        void onlyHead(int status, String... fields) {
            fields(status, true, fields);
        }

        /** Sends a frame of any kind on this stream. */
        Stream frame(int type, int flags, byte[] payload) {
            connection.write(type, flags, id, payload);
            return this;
        }

        /**
         * Sends content and a setting, which the client gets in one read: one record of TLS holds both. The content is short,
         * for the windows are not heeded.
         */
        Stream dataAndSetting(String content, int name, int value) {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            byte[] setting =
                    ByteBuffer.allocate(6).putShort((short) name).putInt(value).array();
            connection.send(Connection.join(
                    Connection.frame(DATA, 0, id, ByteBuffer.wrap(data)),
                    Connection.frame(SETTINGS, 0, 0, ByteBuffer.wrap(setting))));
            return this;
        }

        /** Promises a response that the client did not ask for: GET of the path /, on the stream 2. */
        Stream push() {
            ByteArrayOutputStream promise = new ByteArrayOutputStream();
            promise.writeBytes(ByteBuffer.allocate(4).putInt(2).array());
            // From the static table (RFC 7541, appendix A): GET, https, and the path /.
            promise.writeBytes(new byte[] {(byte) 0x82, (byte) 0x87, (byte) 0x84});
            field(promise, ":authority", "127.0.0.1");
            return frame(PUSH_PROMISE, END_HEADERS, promise.toByteArray());
        }

        /** What the client said of a setting when it opened the connection, or what holds if it said nothing. */
        int clientSetting(int name, int otherwise) {
            return connection.clientSettings.getOrDefault(name, otherwise);
        }

        /** Waits until the client ends the connection with a GOAWAY; its error code. */
        int awaitGoAway(Duration patience) {
            connection.await(() -> connection.goAway >= 0, patience, "no GOAWAY");
            return connection.goAway;
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

        /** Sends zeros until a window is used up; how many bytes. */
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

    /** One connection, whose thread reads frames. Guards what its streams share. */
    private final class Connection {

        private final Socket socket;
        private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
        private final Object lock = new Object();
        private final Object writing = new Object();
        private long window = DEFAULT_WINDOW;
        private final Map<Integer, Integer> clientSettings = new ConcurrentHashMap<>();
        private long initialWindow = DEFAULT_WINDOW;
        private int goAway = -1;
        private boolean closed;

        Connection(Socket socket) {
            this.socket = socket;
        }

        void serve() throws IOException {
            try (socket) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                write(SETTINGS, 0, 0, new byte[0]);
                in.readFully(new byte[PREFACE]);
                while (true) {
                    read(in);
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

        /** Takes so much of both windows, or what there is; waits for some if told to. */
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

        /** Waits with the patience of the suite: only what the client does not say is missed. */
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
                    OutputStream out = socket.getOutputStream();
                    out.write(bytes);
                    out.flush();
                }
            } catch (IOException e) {
                // The client has gone: what the test waits for does not come, or the client tells it.
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
                    // Nothing else concerns a server that answers in the order of arrival.
                }
            }
        }

        private void request(int id, boolean whole) {
            Stream stream;
            boolean complete;
            synchronized (lock) {
                stream = streams.computeIfAbsent(id, fresh -> new Stream(this, fresh, initialWindow));
                complete = whole && !stream.ended;
                stream.ended |= whole;
            }
            if (complete) {
                arrivals.add(stream);
            }
        }

        private void settings(int flags, ByteBuffer settings) {
            if ((flags & ACK) != 0) {
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
