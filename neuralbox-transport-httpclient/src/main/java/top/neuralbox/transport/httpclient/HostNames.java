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
 * Resolves host names outside the engine, which would block the caller or an I/O thread (5.6.5). A call looks its host up here
 * first. When the addresses are known, it is submitted to the engine, which finds the addresses here.
 */
final class HostNames implements DnsResolver {

    /** The machine's look-up of a name. It may run code of the application: a resolver (since Java 18). */
    @FunctionalInterface
    interface LookUp {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private static final long IDLE_SECONDS = 10;

    /** One thread for each name that is being looked up, and none without work. */
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new TransportThreads("dns"));

    private final LookUp lookUp;
    private final Map<String, CompletableFuture<Void>> lookups = new ConcurrentHashMap<>();
    private final Map<String, InetAddress[]> known = new ConcurrentHashMap<>();

    /** @param lookUp the machine's, except in tests */
    HostNames(LookUp lookUp) {
        this.lookUp = lookUp;
    }

    /**
     * Looks a name up, and shares a look-up that already runs. The platform decides how long it keeps an answer (the security
     * property {@code networkaddress.cache.ttl}). Nothing is kept here: each call asks again.
     *
     * @param host a name, or an address in text form, which needs no look-up
     * @param then gets null when the addresses are known, else the reason; runs on a thread of this class or the caller's
     *     thread
     */
    void lookUp(String host, Consumer<@Nullable Throwable> then) {
        if (InetAddressUtils.isIPv4(host) || InetAddressUtils.isIPv6(host)) {
            tell(null, then);
            return;
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> others = lookups.putIfAbsent(host, mine);
        if (others == null) {
            start(host, mine);
        }
        // The derived future adds nothing: the callback has had the result.
        var unused = (others == null ? mine : others).whenComplete((nothing, unknown) -> tell(unknown, then));
    }

    /** The addresses of the last look-up. The engine calls this after the call has looked the name up. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = known.get(host);
        return addresses != null ? addresses : InetAddress.getAllByName(host);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** The number of addresses to try for a host. At least 1. */
    int addressesOf(String host) {
        InetAddress[] addresses = known.get(host);
        return addresses == null ? 1 : addresses.length;
    }

    void close() {
        threads.shutdown();
    }

    /** Starts a look-up. It always ends and is removed: each later call of that name would wait for one that stayed. */
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
            known.put(host, lookUp.resolve(host));
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

    /** Calls a callback. If it throws, only its call ends, because other calls may wait for the same name. */
    private static void tell(@Nullable Throwable unknown, Consumer<@Nullable Throwable> then) {
        try {
            then.accept(unknown);
        } catch (Throwable t) {
            then.accept(t);
        }
    }
}
