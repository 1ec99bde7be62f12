package top.neuralbox.faults.servers;

import java.util.List;

/**
 * Frames of an HTTP/2 response that must stay together, or an action of the server between frames.
 *
 * @param contentBefore how many bytes of the content were sent before it
 */
record Step(Kind kind, List<Frame> frames, int contentBefore) {

    enum Kind {
        INTERIM,
        HEAD,
        DATA,
        /** The frames that end the stream. */
        END,
        NOISE,
        /** Waits until the caller has everything that was sent. */
        STALL,
        /** Frames that break a rule. They are sent even beyond the client's windows. */
        BREAK,
        /** The payload of its only frame is written directly to TCP. */
        RAW,
        CLOSE,
        HOLD
    }

    Step {
        frames = List.copyOf(frames);
    }

    /** The bytes that it takes from the client's windows (RFC 9113, section 6.9.1). */
    int flow() {
        return kind == Kind.BREAK
                ? 0
                : frames.stream()
                        .filter(frame -> frame.type() == Frame.DATA)
                        .mapToInt(frame -> frame.payload().length)
                        .sum();
    }
}
