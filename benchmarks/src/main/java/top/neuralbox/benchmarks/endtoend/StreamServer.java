package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Serves streams as fast as they are read, or at a pace. One thread, and bytes that are made before they are asked for, so
 * that it takes as little of the machine as it can; run it in a JVM of its own, so that it counts for nobody.
 *
 * <p>Paths begin with {@code /flat/CHUNK/DELTAS/SHAPE} (a chunk of 0 bytes means one HTTP chunk an event), {@code
 * /paced/MICROS/DELTAS/GATED/SHAPE}, {@code /flood/CHUNK/DELTAS/SHAPE}, which is flat and gated, or {@code /go}, which lets the
 * gated streams begin; what follows is a client's own.
 * Shapes are {@code neuralbox} and {@code chat}.
 */
public final class StreamServer implements AutoCloseable {

    private static final int BACKLOG = 4_096;

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final PriorityQueue<ServerStream> paced = new PriorityQueue<>();
    private final List<ServerStream> gated = new ArrayList<>();
    private final FlatBodies bodies = new FlatBodies();
    private long lots;

    private StreamServer() throws IOException {
        selector = Selector.open();
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Prints the port and serves until its input ends. */
    public static void main(String[] args) throws IOException {
        StreamServer server = start();
        System.out.println(server.port());
        while (System.in.read() >= 0) {
            // Until whoever started this process is gone.
        }
        server.close();
    }

    /** Serves on a thread of its own. */
    public static StreamServer start() throws IOException {
        StreamServer server = new StreamServer();
        Thread thread = new Thread(server::serve, "stream-server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    public int port() {
        return listener.socket().getLocalPort();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        listener.close();
    }

    FlatBodies bodies() {
        return bodies;
    }

    /** Adds a stream to those that wait for {@code /go}. */
    void gate(ServerStream stream) {
        gated.add(stream);
    }

    void openGate() {
        long now = System.nanoTime();
        gated.forEach(stream -> stream.begin(now));
        gated.clear();
    }

    /** Lets a stream begin. The starts of many are spread over one interval, evenly however many there are. */
    void pace(ServerStream stream, long now) {
        double share = lots++ * 0.618_033_988_749_895 % 1;
        stream.beginAt(now + (long) (share * stream.intervalNanos()));
        paced.add(stream);
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                long wait = sendDue();
                if (wait < 0) {
                    selector.select(this::ready);
                } else if (wait < 100_000) {
                    // Shorter than a selector can wait: look once and go on, so that the pace is kept.
                    selector.selectNow(this::ready);
                } else {
                    selector.select(this::ready, Math.max(1, wait / 1_000_000));
                }
            }
        } catch (java.nio.channels.ClosedSelectorException closed) {
            return;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Sends what is due, and gives the nanoseconds until something is, or a negative number if nothing will be. */
    private long sendDue() {
        for (ServerStream first = paced.peek(); first != null; first = paced.peek()) {
            long wait = first.due() - System.nanoTime();
            if (wait > 0) {
                return wait;
            }
            paced.poll();
            if (first.sendNext()) {
                paced.add(first);
            }
        }
        return -1;
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else {
                ((ServerStream) key.attachment()).ready(key);
            }
        } catch (IOException | java.nio.channels.CancelledKeyException e) {
            // A client that went away.
            key.cancel();
            closeQuietly(key);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            key.attach(new ServerStream(this, channel, key));
        }
    }

    private static void closeQuietly(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException ignored) {
            return;
        }
    }
}
