package top.neuralbox.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the head of a relayed response. It is chosen once, and never taken back: a failure before it has a status of its own,
 * a failure after it is an event of the stream.
 *
 * @param head status and header fields
 * @param body the whole body of a failure; null for a stream
 */
record RelayHead(StreamRelay.Head head, @Nullable ByteBuffer body) {

    /**
     * No cache may store an answer, and no proxy may compress or buffer it. X-Accel-Buffering is for nginx and for proxies
     * that follow it.
     */
    private static final RelayHead STREAM = new RelayHead(
            new StreamRelay.Head(
                    200,
                    Map.of(
                            "Content-Type", "text/event-stream",
                            "Cache-Control", "no-store, no-transform",
                            "X-Accel-Buffering", "no")),
            null);

    /**
     * The head, if it is certain by now; null if not.
     *
     * @param anyEvent whether an event has arrived
     * @param isLate whether the reader has waited for the head long enough
     * @param hasEnded whether the events have ended
     * @param error why they ended; null if they completed
     */
    static @Nullable RelayHead chosen(boolean anyEvent, boolean isLate, boolean hasEnded, @Nullable Throwable error) {
        if (anyEvent || isLate || (hasEnded && error == null)) {
            return STREAM;
        }
        return hasEnded ? of(RelayFailure.of(Objects.requireNonNull(error))) : null;
    }

    private static RelayHead of(RelayFailure failure) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Cache-Control", "no-store");
        JsonText json = new JsonText().string("error", failure.code()).string("message", failure.message());
        Long seconds = failure.retryAfterSeconds();
        if (seconds != null) {
            headers.put("Retry-After", seconds.toString());
            json.raw("retry_after", seconds);
        }
        return new RelayHead(
                new StreamRelay.Head(failure.status(), headers),
                ByteBuffer.wrap(json.end().getBytes(StandardCharsets.UTF_8)));
    }
}
