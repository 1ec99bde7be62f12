package top.neuralbox.contract;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/** The plainest transport that keeps the contract, save that it needs a thread for each call. It proves the suite. */
final class BlockingTransport implements Transport {

    private final TransportConfig config;
    private final Semaphore permits;
    private final Map<String, Deque<BlockingConnection>> idle = new HashMap<>();
    private final Set<BlockingCall> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    BlockingTransport(TransportConfig config) {
        this.config = config;
        this.permits = new Semaphore(config.maxConnections(), true);
    }

    @Override
    public TransportCall start(TransportRequest request) {
        BlockingCall call = new BlockingCall(this, request);
        inFlight.add(call);
        if (closed) {
            call.end(Kind.CLOSED);
        }
        Thread thread = new Thread(call, "blocking-transport-call");
        thread.setDaemon(true);
        thread.start();
        return call;
    }

    @Override
    public String name() {
        return "blocking";
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return false;
    }

    @Override
    public void close() {
        closed = true;
        inFlight.forEach(call -> call.end(Kind.CLOSED));
        synchronized (idle) {
            idle.values().forEach(connections -> connections.forEach(BlockingConnection::close));
            idle.clear();
        }
    }

    TransportConfig config() {
        return config;
    }

    void acquire(long nanos) throws InterruptedException {
        if (!permits.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
            throw new TransportException(Kind.POOL_TIMEOUT, "no connection became free", null);
        }
    }

    BlockingConnection idleConnection(URI uri) {
        synchronized (idle) {
            Deque<BlockingConnection> connections = idle.get(uri.getRawAuthority());
            return connections == null ? null : connections.pollFirst();
        }
    }

    void release(URI uri, BlockingConnection reusable) {
        if (reusable != null) {
            synchronized (idle) {
                if (closed) {
                    reusable.close();
                } else {
                    idle.computeIfAbsent(uri.getRawAuthority(), authority -> new ArrayDeque<>())
                            .addFirst(reusable);
                }
            }
        }
        permits.release();
    }

    void ended(BlockingCall call) {
        inFlight.remove(call);
    }
}
