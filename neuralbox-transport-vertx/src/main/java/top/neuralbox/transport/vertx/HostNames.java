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
import org.jspecify.annotations.Nullable;

/**
 * Resolves host names beside the engine, which keeps an answer for as long as there is traffic, and tries the first address
 * alone (5.2.3). A call looks its host up here before it enters the engine, and the engine connects to the {@link #first}
 * address. Thread-safe.
 */
final class HostNames {

    private static final long IDLE_SECONDS = 10;

    /** Where the addresses come from. */
    interface Platform {

        /** All addresses of a name, at least one. It may block. */
        InetAddress[] addressesOf(String host) throws UnknownHostException;
    }

    private final Platform platform;

    /** One thread for each name that is being looked up, and none while there is nothing to do. */
    private final ExecutorService threads = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons());

    private final Map<String, CompletableFuture<Void>> lookups = new ConcurrentHashMap<>();
    private final Map<String, List<InetAddress>> known = new ConcurrentHashMap<>();

    HostNames(Platform platform) {
        this.platform = platform;
    }

    /** The names that the JDK knows, for as long as it keeps them ({@code networkaddress.cache.ttl}). */
    static HostNames ofThePlatform() {
        return new HostNames(InetAddress::getAllByName);
    }

    /**
     * Looks a name up, together with the others that look it up already.
     *
     * @param host a name, or an address in text form, which is known at once
     * @param then told null when the addresses are known, else the reason; on a thread of this class or the caller's
     * @throws java.util.concurrent.RejectedExecutionException if this is closed
     */
    void lookUp(String host, Consumer<@Nullable Throwable> then) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            then.accept(null);
            return;
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> others = lookups.putIfAbsent(host, mine);
        if (others == null) {
            threads.execute(() -> ask(host, mine));
        }
        // The derived future holds nothing that a caller could miss: what then throws is the caller's own defect.
        var unused = (others == null ? mine : others).whenComplete((nothing, unknown) -> then.accept(unknown));
    }

    /** The address to connect to; null for a name that nobody has looked up. */
    @Nullable
    InetAddress first(String host) {
        List<InetAddress> addresses = known.get(host);
        return addresses == null ? null : addresses.get(0);
    }

    /** How many addresses there are to try for a host. At least 1. */
    int addressesOf(String host) {
        List<InetAddress> addresses = known.get(host);
        return addresses == null ? 1 : addresses.size();
    }

    /** No connection was made to this address: the others of its name come first from now on. */
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

    private void ask(String host, CompletableFuture<Void> answer) {
        try {
            List<InetAddress> found = List.of(platform.addressesOf(host));
            known.merge(host, found, HostNames::newer);
            lookups.remove(host);
            answer.complete(null);
        } catch (UnknownHostException | RuntimeException e) {
            lookups.remove(host);
            answer.completeExceptionally(e);
        }
    }

    /** As long as the addresses stay, so does the order in which they are tried. */
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
