package top.neuralbox.faults.servers;

/** One rule that a server breaks. */
public sealed interface Breakage permits Http1Breakage, Http2Breakage {

    /** The section that forbids it. */
    String section();

    /**
     * Whether a client may ignore the fault, so that the call completes as if there were none. Otherwise the client must use no
     * bytes after it.
     */
    boolean passable();

    /** Whether the fault concerns the whole connection, so that every call on it may end. */
    boolean endsConnection();

    /** Whether the fault comes after a complete response. */
    boolean followsResponse();
}
