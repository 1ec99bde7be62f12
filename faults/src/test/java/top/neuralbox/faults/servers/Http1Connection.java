package top.neuralbox.faults.servers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import top.neuralbox.faults.servers.Part.Kind;

/** The server's side of one HTTP/1.1 connection. Confined to one thread. */
final class Http1Connection {

    private final PlannedServer server;
    private final TlsConnection connection;

    Http1Connection(PlannedServer server, TlsConnection connection) {
        this.server = server;
        this.connection = connection;
    }

    /** Answers requests until the connection ends, and waits until the client has closed its side in any case. */
    void serve() throws IOException {
        Exchange last = null;
        try {
            boolean keep = true;
            while (keep) {
                String body = readRequest();
                if (body == null) {
                    return;
                }
                if (last != null) {
                    last.released();
                }
                Exchange exchange = server.exchange(Story.callerOf(body));
                last = exchange;
                exchange.arrived();
                keep = answer(exchange);
                if (keep) {
                    exchange.settled();
                }
            }
            awaitEnd();
        } finally {
            if (last != null) {
                last.settled();
                last.released();
            }
        }
    }

    /** Whether another request may come. */
    private boolean answer(Exchange exchange) throws IOException {
        Story story = exchange.story();
        Http1Answer answer = (Http1Answer) server.plan().answers().get(story.caller());
        Flaw flaw = story.caller() == 0 ? server.plan().flaw().orElse(null) : null;
        if (flaw == null) {
            return write(exchange, answer, answer.parts(story)) && endsOrKeeps(answer);
        }
        Http1Breakage.Broken broken = ((Http1Breakage) flaw.breakage()).apply(answer, story, flaw);
        exchange.brokenAfter(story.eventsWithin(broken.contentBefore()));
        return write(exchange, answer, broken.parts());
    }

    private boolean endsOrKeeps(Http1Answer answer) throws IOException {
        if (!answer.keeps()) {
            connection.closeOutput();
        }
        return answer.keeps();
    }

    /** Whether the parts were written to the end of the response. */
    private boolean write(Exchange exchange, Http1Answer answer, List<Part> parts) throws IOException {
        if (answer.cuts().keyUpdate()) {
            connection.updateKeys();
        }
        ByteArrayOutputStream waiting = new ByteArrayOutputStream();
        for (Part part : parts) {
            Kind kind = part.kind();
            if (kind == Kind.STALL || kind == Kind.RAW || kind == Kind.CUT || kind == Kind.CLOSE || kind == Kind.HOLD) {
                answer.cuts().write(connection, waiting.toByteArray());
                waiting.reset();
            }
            switch (kind) {
                case STALL -> exchange.awaitGoOn();
                case RAW -> connection.writeRaw(part.bytes());
                case CUT -> connection.cutOutput();
                case CLOSE -> {
                    connection.closeOutput();
                    return false;
                }
                case HOLD -> {
                    return false;
                }
                default -> waiting.writeBytes(part.bytes());
            }
        }
        answer.cuts().write(connection, waiting.toByteArray());
        return true;
    }

    /** The content of the next request, or null when the client has closed. */
    private String readRequest() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            byte[] one = connection.readFully(1);
            if (one == null) {
                return null;
            }
            head.writeBytes(one);
            text = one[0] == '\n' ? head.toString(StandardCharsets.ISO_8859_1) : "";
        }
        int length = 0;
        for (String line : text.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
            }
        }
        byte[] body = connection.readFully(length);
        return body == null ? null : new String(body, StandardCharsets.UTF_8);
    }

    private void awaitEnd() throws IOException {
        byte[] ignored = new byte[1_024];
        while (connection.read(ignored, 0, ignored.length) >= 0) {
            // A request that comes here gets no answer.
        }
    }
}
