package top.neuralbox.transport.httpclient;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.core5.net.InetAddressUtils;
import org.jspecify.annotations.Nullable;

/**
 * Resolves host names beside the engine, which would block the caller or an I/O thread with it (5.6.5). A call looks its
 * host up here first and enters the engine when the addresses are known; the engine then finds them here.
 */
final class HostNames implements DnsResolver {

    private static final long IDLE_SECONDS = 10;

    /** One thread for each name that is being looked up, and none while there is nothing to do. */
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new TransportThreads("dns"));

    private final Map<String, CompletableFuture<Void>> lookups = new ConcurrentHashMap<>();
    private final Map<String, InetAddress[]> known = new ConcurrentHashMap<>();

    /**
     * Looks a name up, together with whoever looks it up already. How long an answer is kept is the platform's matter (the
     * security property {@code networkaddress.cache.ttl}): each call asks anew.
     *
     * @param host a name, or an address in text form, which is known at once
     * @param then told null when the addresses are known, else the reason; on a thread of this class or the caller's
     */
    void lookUp(String host, Consumer<@Nullable Throwable> then) {
        if (InetAddressUtils.isIPv4(host) || InetAddressUtils.isIPv6(host)) {
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

    /** The addresses found last; called by the engine, whose caller has looked the name up. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = known.get(host);
        return addresses != null ? addresses : InetAddress.getAllByName(host);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** How many addresses there are to try for a host. At least 1. */
    int addressesOf(String host) {
        InetAddress[] addresses = known.get(host);
        return addresses == null ? 1 : addresses.length;
    }

    void close() {
        threads.shutdownNow();
    }

    private void ask(String host, CompletableFuture<Void> answer) {
        try {
            known.put(host, InetAddress.getAllByName(host));
            lookups.remove(host);
            answer.complete(null);
        } catch (UnknownHostException e) {
            lookups.remove(host);
            answer.completeExceptionally(e);
        }
    }
}
