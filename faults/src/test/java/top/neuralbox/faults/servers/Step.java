package top.neuralbox.faults.servers;

import java.util.List;

/**
 * Frames of a response in HTTP/2 that nothing may come between, or something that the server does between frames.
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
        /** Waits until the caller has what was sent. */
        STALL,
        /** Frames that break a rule; sent whatever the windows say. */
        BREAK,
        /** The payload of its one frame is written beneath TLS. */
        RAW,
        CLOSE,
        HOLD
    }

    Step {
        frames = List.copyOf(frames);
    }

    /** How much of the client's windows it takes (RFC 9113, section 6.9.1). */
    int flow() {
        return kind == Kind.BREAK
                ? 0
                : frames.stream()
                        .filter(frame -> frame.type() == Frame.DATA)
                        .mapToInt(frame -> frame.payload().length)
                        .sum();
    }
}
