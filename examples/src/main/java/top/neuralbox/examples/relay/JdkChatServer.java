package top.neuralbox.examples.relay;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Serves the chat endpoint on the JDK's own server, to many readers at once. Without an executor that server has one thread, and
 * so one reader at a time.
 *
 * <p>A request's head has no bound of time in this server unless the process is started with {@code
 * -Dsun.net.httpserver.maxReqTime=20} (seconds, for head and body). Leave {@code maxRspTime} alone: it would end long answers.
 */
public final class JdkChatServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads;

    private JdkChatServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Starts the server.
     *
     * @param address where it listens; port 0 for a free one
     * @param readers how many it serves at once, each on a thread; the connection of one more is closed
     */
    public static JdkChatServer start(InetSocketAddress address, JdkChatHandler handler, int readers)
            throws IOException {
        ExecutorService threads = new ThreadPoolExecutor(0, readers, 1, TimeUnit.MINUTES, new SynchronousQueue<>());
        HttpServer server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext("/api/chat", handler);
        server.start();
        return new JdkChatServer(server, threads);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Ends the server, and each answer that is being written. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
