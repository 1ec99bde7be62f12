package top.neuralbox.transport.vertx;

import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places on HTTP/2 connections that warm-ups were granted, for the next calls. The engine takes no such place back before its
 * stream was opened, and would close a connection that has none in use (5.2.3). Thread-safe.
 */
final class WarmPlaces {

    private final Vertx vertx;
    private final EventLoops loops;
    private final Map<String, Deque<Kept>> places = new HashMap<>();
    /** Whether there is none. Each call looks at this, and only those after a warm-up take the lock. */
    private volatile boolean empty = true;

    private boolean closed;

    WarmPlaces(Vertx vertx, EventLoops loops) {
        this.vertx = vertx;
        this.loops = loops;
    }

    /** Keeps a place for as long as an idle connection is kept. */
    void keep(String origin, HttpClientRequest place, EventLoop loop) {
        Kept kept = new Kept(place, loop);
        synchronized (this) {
            if (!closed) {
                kept.timer = vertx.setTimer(ConnectionAge.MOST_IDLE.toMillis(), idle -> expire(origin, kept));
                places.computeIfAbsent(origin, none -> new ArrayDeque<>()).add(kept);
                empty = false;
                return;
            }
        }
        VertxCall.closeWhenIdle(vertx, place.connection());
    }

    boolean isEmpty() {
        return empty;
    }

    /** The place for a call, which moves to the loop of the place if it can; null if there is none. */
    @Nullable
    HttpClientRequest take(String origin, EventLoops.Place call) {
        Kept taken = remove(origin, call);
        if (taken == null) {
            return null;
        }
        vertx.cancelTimer(taken.timer);
        return taken.place;
    }

    void close() {
        synchronized (this) {
            closed = true;
            places.values().forEach(kept -> kept.forEach(each -> vertx.cancelTimer(each.timer)));
            places.clear();
            empty = true;
        }
    }

    private synchronized @Nullable Kept remove(String origin, EventLoops.Place call) {
        Deque<Kept> known = places.get(origin);
        if (known == null) {
            return null;
        }
        for (Iterator<Kept> newest = known.descendingIterator(); newest.hasNext(); ) {
            Kept next = newest.next();
            boolean there = call.loop() == next.loop
                    || (loops.isOn(next.loop, next.place.connection()) && call.moveTo(next.place.connection()));
            if (there) {
                newest.remove();
                if (known.isEmpty()) {
                    places.remove(origin);
                    empty = places.isEmpty();
                }
                return next;
            }
        }
        return null;
    }

    private void expire(String origin, Kept kept) {
        synchronized (this) {
            Deque<Kept> known = places.get(origin);
            if (known == null || !known.remove(kept)) {
                return;
            }
            if (known.isEmpty()) {
                places.remove(origin);
                empty = places.isEmpty();
            }
        }
        VertxCall.closeWhenIdle(vertx, kept.place.connection());
    }

    /** One place, which no call has used yet. */
    private static final class Kept {

        private final HttpClientRequest place;

        /** The loop on which the engine signals what becomes of the request. */
        private final EventLoop loop;

        private long timer;

        Kept(HttpClientRequest place, EventLoop loop) {
            this.place = place;
            this.loop = loop;
        }
    }
}
