package top.neuralbox.faults.servers;

/**
 * A piece of a response in HTTP/1.1, or something that the server does between two pieces.
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
        /** The end of the line behind a chunk. */
        DATA_END,
        /** The last chunk. */
        LAST,
        TRAILER,
        /** The end of the response. */
        END,
        /** Waits until the caller has what was sent. */
        STALL,
        /** Bytes that break a rule. */
        BREAK,
        /** Bytes that break a rule of TLS, written beneath it. */
        RAW,
        /** Closes in good order for TLS and TCP. */
        CLOSE,
        /** Closes for TCP alone. */
        CUT,
        /** Says nothing more. */
        HOLD
    }

    Part(Kind kind, String text, int contentBefore) {
        this(kind, Bytes.of(text), contentBefore);
    }
}
