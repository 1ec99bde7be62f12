package top.neuralbox.transport.vertx;

import io.vertx.core.http.HttpConnection;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The frame listeners of the engine's HTTP/2 connections. The engine itself does not report whether a connection takes one more
 * stream (5.2.3). Thread-safe.
 */
final class Http2Connections {

    /** Weak on both sides, because listener and connection refer to each other. */
    private final Map<HttpConnection, WeakReference<Http2Heads>> frames =
            Collections.synchronizedMap(new WeakHashMap<>());

    void opened(HttpConnection connection, Http2Heads beneath) {
        frames.put(connection, new WeakReference<>(beneath));
    }

    /**
     * Whether a connection takes one more stream; true if that is not known. Call it on the event loop of the connection. The
     * answer holds until the current turn of that loop ends.
     */
    boolean takesStream(HttpConnection connection) {
        Http2Heads beneath = beneath(connection);
        return beneath == null || beneath.takesStream();
    }

    /** As {@link Http2Heads#isAboveLastOfPeer}; false if that is not known. */
    boolean isAboveLastOfPeer(HttpConnection connection, long stream) {
        Http2Heads beneath = beneath(connection);
        return beneath != null && beneath.isAboveLastOfPeer(stream);
    }

    /** As {@link Http2Heads#endStream}; does nothing if the connection is not known. */
    void endStream(HttpConnection connection, long stream) {
        Http2Heads beneath = beneath(connection);
        if (beneath != null) {
            beneath.endStream(stream);
        }
    }

    private @Nullable Http2Heads beneath(HttpConnection connection) {
        WeakReference<Http2Heads> known = frames.get(connection);
        return known == null ? null : known.get();
    }
}
