package top.neuralbox.faults.servers;

/**
 * A piece of an HTTP/1.1 response, or an action of the server between two pieces.
 *
 * @param contentBefore how many bytes of the content were sent before it
 */
record Part(Kind kind, byte[] bytes, int contentBefore) {

    enum Kind {
        INTERIM,
        STATUS,
        FIELD,
        HEAD_END,
        /** A chunk's size with its extensions. */
        SIZE,
        DATA,
        /** The end of the line after a chunk. */
        DATA_END,
        /** The last chunk. */
        LAST,
        TRAILER,
        /** The end of the response. */
        END,
        /** Waits until the caller has everything that was sent. */
        STALL,
        /** Bytes that break a rule. */
        BREAK,
        /** Bytes that break a rule of TLS, written directly to TCP. */
        RAW,
        /** Closes TLS and TCP in good order. */
        CLOSE,
        /** Closes only TCP. */
        CUT,
        /** Sends nothing more. */
        HOLD
    }

    Part(Kind kind, String text, int contentBefore) {
        this(kind, Bytes.of(text), contentBefore);
    }
}
