package top.neuralbox.examples.jdk;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;
import top.neuralbox.transport.TransportRequest;

/**
 * The SPI on the JDK's own HTTP client. Everything happens on one thread, the loop, which is also the engine's executor.
 *
 * <p>It speaks only HTTP/1.1, because the engine's HTTP/2 window is 16 MiB and rule 6 allows 128 KiB. It uses no proxy, because
 * the engine sends credentials for a tunnel only if a system property allows it.
 */
public final class JdkTransport implements Transport {

    private final ThreadGroup group = new ThreadGroup("neuralbox-jdk");
    final Executor loop = thread();
    final Executor names = thread();
    final HttpClient client;
    final Set<JdkCall> waiting = new LinkedHashSet<>();
    private final Set<JdkCall> connected = new LinkedHashSet<>();
    final TransportConfig config;
    private boolean closed;

    private JdkTransport(TransportConfig config) {
        this.config = config;
        // Made on a thread of the group, so that its selector thread belongs to the group.
        client = CompletableFuture.supplyAsync(() -> client(config), loop).join();
    }

    /**
     * Makes a transport that the caller closes.
     *
     * @throws IllegalArgumentException if a proxy or HTTP/2 alone is asked for
     */
    public static JdkTransport create(TransportConfig config) {
        if (config.proxy() != null || !config.protocolsOr(Protocol.HTTP_1_1).contains(Protocol.HTTP_1_1)) {
            throw new IllegalArgumentException("The transport jdk supports HTTP/1.1 only, and no proxy.");
        }
        return new JdkTransport(config);
    }

    @Override
    public TransportCall start(TransportRequest request) {
        JdkCall call = new JdkCall(this, request);
        loop.execute(() -> {
            waiting.add(call);
            if (closed) {
                call.end(call.failures.closed());
            }
            connectNext();
        });
        return call;
    }

    @Override
    public String name() {
        return "jdk";
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return thread.getThreadGroup() == group;
    }

    /**
     * The client of Java 17 has no close. If its selector thread is interrupted, it closes the connections of the pool and
     * ends.
     */
    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            Set.copyOf(waiting).forEach(call -> call.end(call.failures.closed()));
            Set.copyOf(connected).forEach(call -> call.end(call.failures.closed()));
            loop.execute(group::interrupt);
        });
    }

    /** Takes out a call that has ended, or whose connection is free again. */
    void release(JdkCall call) {
        waiting.remove(call);
        connected.remove(call);
        connectNext();
    }

    private void connectNext() {
        while (connected.size() < config.maxConnections() && !waiting.isEmpty()) {
            JdkCall next = waiting.iterator().next();
            waiting.remove(next);
            connected.add(next);
            next.connect();
        }
    }

    private HttpClient client(TransportConfig config) {
        TrustManager[] trust = config.trustManager() == null ? null : new TrustManager[] {config.trustManager()};
        KeyManager[] keys = config.keyManager() == null ? null : new KeyManager[] {config.keyManager()};
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(keys, trust, null);
            // A resumed session asks no manager, and the certificates may have been replaced.
            tls.getClientSessionContext().setSessionTimeout(1);
            HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
            return builder.proxy(HttpClient.Builder.NO_PROXY)
                    .executor(loop)
                    .sslContext(tls)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The JDK has no TLS.", e);
        }
    }

    /** A daemon that ends when idle, so that nobody has to end it. */
    private Executor thread() {
        return new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(group, task, "neuralbox-jdk");
            thread.setDaemon(true);
            return thread;
        });
    }
}
