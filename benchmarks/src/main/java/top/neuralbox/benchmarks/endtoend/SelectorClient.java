package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The readers of a gateway: one thread with a selector, whose streams all have a socket of their own. */
final class SelectorClient implements StreamClient {

    private static final int ROOM = 64 * 1024;

    private final InetSocketAddress gateway;
    private final Selector selector = Selector.open();
    private final Queue<SelectorStream> opened = new ConcurrentLinkedQueue<>();
    private final ByteBuffer room = ByteBuffer.allocate(ROOM);

    SelectorClient(int gatewayPort) throws IOException {
        gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), gatewayPort);
        Thread thread = new Thread(this::run, "readers");
        thread.setDaemon(true);
        thread.start();
    }

    /** Opens the stream at the gateway, whatever the server is that the base names. */
    @Override
    public void open(URI base, StreamReader reader) {
        opened.add(new SelectorStream(base.getPath(), reader));
        selector.wakeup();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::ready);
                for (SelectorStream stream = opened.poll(); stream != null; stream = opened.poll()) {
                    connect(stream);
                }
            }
        } catch (ClosedSelectorException closed) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void connect(SelectorStream stream) {
        try {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = channel.connect(gateway);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, stream);
            if (connected) {
                begin(key, channel, stream);
            }
        } catch (IOException e) {
            stream.failed(e);
        }
    }

    private void ready(SelectionKey key) {
        SelectorStream stream = (SelectorStream) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                begin(key, channel, stream);
            } else if (channel.read(room.clear()) < 0) {
                throw new IOException("the gateway closed the connection");
            } else if (stream.read(room.flip())) {
                channel.close();
            }
        } catch (IOException | RuntimeException e) {
            close(channel);
            stream.failed(e);
        }
    }

    private static void begin(SelectionKey key, SocketChannel channel, SelectorStream stream) throws IOException {
        ByteBuffer request = ByteBuffer.wrap(stream.request());
        channel.write(request);
        if (request.hasRemaining()) {
            throw new IOException("a socket without room for a request");
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            return;
        }
    }
}
