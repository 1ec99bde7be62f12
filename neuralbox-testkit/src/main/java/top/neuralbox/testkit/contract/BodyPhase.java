package top.neuralbox.testkit.contract;

import java.nio.ByteBuffer;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.Script;

/** Where in a body a call may be when something ends it. */
enum BodyPhase {
    /** One chunk was delivered; all is asked for, and the server says nothing more. */
    SILENT(Script.builder().eventStream().chunk("data: 1\n\n").hold().build(), Long.MAX_VALUE),
    /** Chunks are delivered without end. */
    FLOWING(Script.builder().eventStream().chunkForever(new byte[1024]).build(), Long.MAX_VALUE),
    /** Chunks wait, and nobody asks for them. */
    UNDELIVERED(
            Script.builder()
                    .eventStream()
                    .chunk("data: 1\n\n")
                    .chunk("data: 2\n\n")
                    .hold()
                    .build(),
            0),
    /** Chunks without end wait, and nobody asks for them. */
    HELD_BACK(Script.builder().eventStream().chunkForever(new byte[1024]).build(), 0),
    /** The body of a refusal, after which the server says nothing more. */
    SILENT_ERROR(
            Script.builder().head(401, "Content-Length: 100").text("{").hold().build(), Long.MAX_VALUE),
    /** The body of a refusal that never ends. */
    FLOWING_ERROR(
            Script.builder()
                    .head(500, "Transfer-Encoding: chunked")
                    .chunkForever(new byte[1024])
                    .build(),
            Long.MAX_VALUE);

    /** Immutable, though nothing but its Javadoc says so. */
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
