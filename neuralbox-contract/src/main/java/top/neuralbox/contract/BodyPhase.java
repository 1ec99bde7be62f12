package top.neuralbox.contract;

import java.nio.ByteBuffer;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.server.Script;

/** The phases of a body in which a call can be ended. */
enum BodyPhase {
    /** One chunk was delivered. The demand is unbounded, and the server sends nothing more. */
    SILENT(Script.builder().eventStream().chunk("data: 1\n\n").hold().build(), Long.MAX_VALUE),
    /** Chunks are delivered without end. */
    FLOWING(Script.builder().eventStream().chunkForever(new byte[1024]).build(), Long.MAX_VALUE),
    /** Two chunks wait, without demand. */
    UNDELIVERED(
            Script.builder()
                    .eventStream()
                    .chunk("data: 1\n\n")
                    .chunk("data: 2\n\n")
                    .hold()
                    .build(),
            0),
    /** Endless chunks wait, without demand. */
    HELD_BACK(Script.builder().eventStream().chunkForever(new byte[1024]).build(), 0),
    /** The body of a refusal, after whose first byte the server sends nothing more. */
    SILENT_ERROR(
            Script.builder().head(401, "Content-Length: 100").text("{").hold().build(), Long.MAX_VALUE),
    /** The body of a refusal that never ends. */
    FLOWING_ERROR(
            Script.builder()
                    .head(500, "Transfer-Encoding: chunked")
                    .chunkForever(new byte[1024])
                    .build(),
            Long.MAX_VALUE);

    /** Immutable, although only its Javadoc says so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Script script;

    private final long demand;

    BodyPhase(Script script, long demand) {
        this.script = script;
        this.demand = demand;
    }

    Script script() {
        return script;
    }

    /** Brings a subscribed body into this phase. */
    void arrive(RecordingSubscriber<ByteBuffer> body) {
        if (demand > 0) {
            body.request(demand);
            body.awaitItems(1);
        }
    }
}
