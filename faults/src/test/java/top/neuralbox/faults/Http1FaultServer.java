package top.neuralbox.faults;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import top.neuralbox.FaultClock;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;

/** Replies in HTTP/1.1, chunked. */
final class Http1FaultServer implements FaultServer {

    private static final Duration PROMPTLY = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofMillis(100);

    private final ScriptedServer server;

    Http1FaultServer(ScriptedServer server) {
        this.server = server;
    }

    @Override
    public URI uri() {
        return server.uri();
    }

    @Override
    public void answer(Reply reply) {
        server.answer(script(reply));
    }

    @Override
    public int requestCount() {
        return server.requestCount();
    }

    @Override
    public List<String> requests() {
        return server.received().stream()
                .map(request ->
                        request.method() + " " + request.target() + "\n" + request.headers() + "\n" + request.text())
                .toList();
    }

    @Override
    public long bytesWritten() {
        return server.bytesWritten();
    }

    @Override
    public void awaitRelease(int pooled) {
        if (pooled == 0) {
            server.awaitNoOpenConnections(PROMPTLY);
        } else {
            FaultClock.await("the release", () -> server.openConnections() <= pooled);
        }
    }

    @Override
    public void awaitNoConnections() {
        server.awaitNoOpenConnections(PROMPTLY);
    }

    @Override
    public boolean isQuietSoon() {
        try {
            server.awaitNoOpenConnections(SOON);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private static Script script(Reply reply) {
        Script.Builder script = Script.builder();
        boolean chunked = false;
        for (Reply.Step step : reply.steps()) {
            if (step instanceof Reply.Head head) {
                chunked = head.status() != 204
                        && head.status() != 304
                        && head.status() >= 200
                        && !head.fields().containsKey("Content-Length");
                script.head(head.status(), fieldLines(head, chunked));
            } else if (step instanceof Reply.Data data) {
                script.chunk(data.bytes());
            } else if (step instanceof Reply.Forever forever) {
                script.chunkForever(forever.bytes());
            } else if (step instanceof Reply.Await await) {
                script.await(await.gate());
            } else if (step instanceof Reply.Hold) {
                script.hold();
            } else if (step instanceof Reply.Close) {
                script.close();
            } else if (step instanceof Reply.Reset) {
                script.reset();
            } else if (step instanceof Reply.End && chunked) {
                script.lastChunk();
            } else if (step instanceof Reply.GoAway) {
                throw new IllegalArgumentException("HTTP/1.1 has no GOAWAY");
            }
        }
        return script.build();
    }

    private static String[] fieldLines(Reply.Head head, boolean chunked) {
        List<String> lines = new java.util.ArrayList<>();
        head.fields().forEach((name, value) -> lines.add(name + ": " + value));
        if (chunked) {
            lines.add("Transfer-Encoding: chunked");
        }
        return lines.toArray(String[]::new);
    }
}
