package top.neuralbox.transport.vertx;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Resolves host names instead of the engine. The engine would keep the addresses as long as there is traffic, and try only the
 * first one (5.2.3). A call looks up its host here before it asks the engine for a connection, and the engine connects to the
 * {@link #first} address. Thread-safe.
 */
final class HostNames {

    private static final long IDLE_SECONDS = 10;

    /** The source of the addresses. */
    interface Platform {

        /** All addresses of a name, at least one. It may block. */
        InetAddress[] addressesOf(String host) throws UnknownHostException;
    }

    private final Platform platform;

    /** One thread for each name that is being looked up, and none while there is nothing to do. */
    private final ExecutorService threads;

    private final Map<String, CompletableFuture<Void>> lookups = new ConcurrentHashMap<>();
    private final Map<String, List<InetAddress>> known = new ConcurrentHashMap<>();

    HostNames(Platform platform) {
        this(platform, threads -> threads);
    }

    /** Wraps the factory of its threads, for tests. */
    HostNames(Platform platform, UnaryOperator<ThreadFactory> factory) {
        this.platform = platform;
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                factory.apply(daemons()));
    }

    /** Resolves names with the JDK, which caches them for {@code networkaddress.cache.ttl}. */
    static HostNames ofThePlatform() {
        return new HostNames(InetAddress::getAllByName);
    }

    /**
     * Looks a name up. Calls for the same name share one look-up.
     *
     * @param host a name, or an address in text form, which is known at once
     * @param then gets null when the addresses are known, or else the reason; on a thread of this class or the caller's
     */
    void lookUp(String host, Consumer<@Nullable Throwable> then) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            tell(null, then);
            return;
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> others = lookups.putIfAbsent(host, mine);
        if (others == null) {
            start(host, mine);
        }
        // No caller needs the derived future.
        var unused = (others == null ? mine : others).whenComplete((nothing, unknown) -> tell(unknown, then));
    }

    /** The address to connect to; null for a name that was not looked up. */
    @Nullable
    InetAddress first(String host) {
        List<InetAddress> addresses = known.get(host);
        return addresses == null ? null : addresses.get(0);
    }

    /** The number of addresses to try for a host. At least 1. */
    int addressesOf(String host) {
        List<InetAddress> addresses = known.get(host);
        return addresses == null ? 1 : addresses.size();
    }

    /** No connection to this address was made. The other addresses of its name come first from now on. */
    void failed(String host, @Nullable InetAddress address) {
        known.computeIfPresent(host, (name, addresses) -> {
            if (!addresses.get(0).equals(address)) {
                return addresses;
            }
            List<InetAddress> rotated = new ArrayList<>(addresses.subList(1, addresses.size()));
            rotated.add(addresses.get(0));
            return List.copyOf(rotated);
        });
    }

    void close() {
        threads.shutdownNow();
    }

    /** Starts a look-up, which ends and is removed in any case. Each later call for the name would wait for one that stayed. */
    private void start(String host, CompletableFuture<Void> answer) {
        try {
            threads.execute(() -> ask(host, answer));
        } catch (Throwable t) {
            lookups.remove(host);
            answer.completeExceptionally(t);
        }
    }

    private void ask(String host, CompletableFuture<Void> answer) {
        Throwable unknown = null;
        try {
            List<InetAddress> found = List.of(platform.addressesOf(host));
            known.merge(host, found, HostNames::newer);
        } catch (Throwable t) {
            unknown = t;
        }
        lookups.remove(host);
        if (unknown == null) {
            answer.complete(null);
        } else {
            answer.completeExceptionally(unknown);
        }
    }

    /** If a call throws, only that call ends, because others may wait for the same name. */
    private static void tell(@Nullable Throwable unknown, Consumer<@Nullable Throwable> then) {
        try {
            then.accept(unknown);
        } catch (Throwable t) {
            then.accept(t);
        }
    }

    /** Keeps the order of the addresses as long as they are the same. */
    private static List<InetAddress> newer(List<InetAddress> before, List<InetAddress> found) {
        return Set.copyOf(before).equals(Set.copyOf(found)) ? before : found;
    }

    private static ThreadFactory daemons() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "neuralbox-vertx-dns-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
