package top.neuralbox.faults.servers;

/** One rule that a server breaks. */
public sealed interface Breakage permits Http1Breakage, Http2Breakage {

    /** The section that forbids it. */
    String section();

    /**
     * Whether a client may pass over it, so that the call completes as if nothing had been. Otherwise nothing that follows
     * the fault is believed.
     */
    boolean passable();

    /** Whether the fault is one of the whole connection, so that every call on it may end. */
    boolean endsConnection();

    /** Whether it lies behind a response that was whole. */
    boolean followsResponse();
}
