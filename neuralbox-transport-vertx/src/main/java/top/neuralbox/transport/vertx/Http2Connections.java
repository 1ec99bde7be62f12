package top.neuralbox.transport.vertx;

import io.vertx.core.http.HttpConnection;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What stands beneath the HTTP/2 connections of the engine, which does not say of a connection whether it takes one more
 * stream (5.2.3). Thread-safe.
 */
final class Http2Connections {

    /** Weak on both sides, because frames and connection know each other. */
    private final Map<HttpConnection, WeakReference<Http2Heads>> frames =
            Collections.synchronizedMap(new WeakHashMap<>());

    void opened(HttpConnection connection, Http2Heads beneath) {
        frames.put(connection, new WeakReference<>(beneath));
    }

    /**
     * Whether a connection takes one more stream; true if that is not known. The answer holds until the turn of the
     * connection's event loop ends, on which this is to be asked.
     */
    boolean takesStream(HttpConnection connection) {
        WeakReference<Http2Heads> known = frames.get(connection);
        @Nullable Http2Heads beneath = known == null ? null : known.get();
        return beneath == null || beneath.takesStream();
    }
}
