package top.neuralbox.faults.servers;

import static top.neuralbox.faults.servers.Http1Breakage.Trait.BEHIND;
import static top.neuralbox.faults.servers.Http1Breakage.Trait.CHUNKED;
import static top.neuralbox.faults.servers.Http1Breakage.Trait.CLOSES;
import static top.neuralbox.faults.servers.Http1Breakage.Trait.PASSABLE;
import static top.neuralbox.faults.servers.Http1Breakage.Trait.SIZED;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The rules of HTTP/1.1 that a server breaks. */
public enum Http1Breakage implements Breakage {
    CHUNK_SIZE_NOT_HEXADECIMAL("RFC 9112, section 7.1", Part.Kind.SIZE, "xyz\r\n", CHUNKED),
    CHUNK_SIZE_NEGATIVE("RFC 9112, section 7.1", Part.Kind.SIZE, "-5\r\n", CHUNKED),
    CHUNK_SIZE_EMPTY("RFC 9112, section 7.1", Part.Kind.SIZE, "\r\n", CHUNKED),
    CHUNK_SIZE_WITH_PREFIX("RFC 9112, section 7.1", Part.Kind.SIZE, "0x5\r\n", CHUNKED),
    CHUNK_SIZE_BEYOND_ALL("RFC 9112, section 7.1", Part.Kind.SIZE, "fffffffffffffffffff\r\n", CHUNKED, CLOSES),
    LAST_CHUNK_SIZE_NOT_HEXADECIMAL("RFC 9112, section 7.1", Part.Kind.LAST, "zero\r\n", CHUNKED),
    CHUNK_LONGER_THAN_ITS_SIZE("RFC 9112, section 7.1", Part.Kind.DATA_END, "XX\r\n", CHUNKED),
    CHUNK_CUT("RFC 9112, section 8", Part.Kind.DATA, null, CHUNKED, CLOSES),
    LAST_CHUNK_MISSING("RFC 9112, section 8", Part.Kind.LAST, "", CHUNKED, CLOSES),
    TRAILER_CUT("RFC 9112, section 7.1.2", Part.Kind.END, "X-Trailer: no", CHUNKED, CLOSES),
    TRAILER_GARBAGE("RFC 9112, section 7.1.2", Part.Kind.END, "no colon\r\n\r\n", CHUNKED, PASSABLE),
    LENGTH_NOT_REACHED("RFC 9112, section 8", Part.Kind.DATA, null, SIZED, CLOSES),
    TWO_LENGTHS("RFC 9112, section 6.3", Part.Kind.FIELD, "Content-Length: 7\r\nContent-Length: 8\r\n", SIZED),
    LENGTH_NOT_A_NUMBER("RFC 9110, section 8.6", Part.Kind.FIELD, "Content-Length: five\r\n"),
    LENGTH_NEGATIVE("RFC 9110, section 8.6", Part.Kind.FIELD, "Content-Length: -5\r\n"),
    LENGTH_SIGNED("RFC 9110, section 8.6", Part.Kind.FIELD, "Content-Length: +5\r\n"),
    LENGTH_BESIDE_CHUNKS("RFC 9112, section 6.2", Part.Kind.FIELD, "Content-Length: 7\r\n", CHUNKED),
    CHUNKED_TWICE("RFC 9112, section 6.1", Part.Kind.FIELD, "Transfer-Encoding: chunked\r\n", CHUNKED),
    CODING_NOT_ASKED_FOR("RFC 9110, section 10.1.4", Part.Kind.FIELD, "Transfer-Encoding: gzip\r\n", CHUNKED, PASSABLE),
    STATUS_LINE_WITHOUT_VERSION("RFC 9112, section 4", Part.Kind.STATUS, "200 OK\r\n"),
    STATUS_NOT_A_NUMBER("RFC 9112, section 4", Part.Kind.STATUS, "HTTP/1.1 2OO OK\r\n"),
    STATUS_TOO_SHORT("RFC 9112, section 4", Part.Kind.STATUS, "HTTP/1.1 20 OK\r\n"),
    STATUS_TOO_LONG("RFC 9112, section 4", Part.Kind.STATUS, "HTTP/1.1 2000 OK\r\n"),
    NO_HTTP("RFC 9112, section 2.3", Part.Kind.STATUS, "SSH-2.0-OpenSSH_9.6\r\n"),
    SWITCHING_UNASKED(
            "RFC 9110, section 7.8", Part.Kind.STATUS, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n"),
    FIELD_WITHOUT_COLON("RFC 9112, section 5", Part.Kind.FIELD, "no colon here\r\n", PASSABLE),
    FIELD_WITHOUT_NAME("RFC 9112, section 5", Part.Kind.FIELD, ": nameless\r\n", PASSABLE),
    SPACE_BEFORE_COLON("RFC 9112, section 5.1", Part.Kind.FIELD, "X-Spaced : a\r\n", PASSABLE),
    FIELD_FOLDED("RFC 9112, section 5.2", Part.Kind.FIELD, "X-Folded: a\r\n  and b\r\n", PASSABLE),
    NUL_IN_FIELD("RFC 9110, section 5.5", Part.Kind.FIELD, "X-Nul: a\0b\r\n", PASSABLE),
    BARE_CR_IN_FIELD("RFC 9112, section 2.2", Part.Kind.FIELD, "X-Cr: a\rb\r\n", PASSABLE),
    HEAD_CUT("RFC 9112, section 8", Part.Kind.FIELD, "X-Cut: a", CLOSES),
    SECOND_RESPONSE("RFC 9112, section 9.2", Part.Kind.END, null, BEHIND),
    BYTES_BEHIND_THE_RESPONSE("RFC 9112, section 9.2", Part.Kind.END, null, BEHIND),
    CLOSED_IN_TCP_ALONE("RFC 9112, section 9.8", Part.Kind.DATA, null, CLOSES),
    RECORD_OF_NO_TYPE("RFC 8446, section 5.1", Part.Kind.DATA, null),
    RECORD_NOT_AUTHENTIC("RFC 8446, section 5.2", Part.Kind.DATA, null);

    private static final String ANOTHERS =
            "data: {\"type\": \"generation_start\", \"id\": \"gen_other\", \"model\": \"gpt-5\"}\n\n"
                    + "data: {\"type\": \"content_delta\", \"delta\": \"of somebody else\"}\n\n"
                    + "data: {\"type\": \"generation_end\", \"id\": \"gen_other\", \"tokens_used\": 999}\n\ndata: [DONE]\n\n";

    /** Bytes that no TLS client accepts as a record. */
    static final byte[] NO_RECORD = Bytes.of("HTTP/1.1 400 Bad Request\r\n\r\n");

    /** A record that was not encrypted with the keys of the connection. */
    static final byte[] FALSE_RECORD = Bytes.join(Bytes.of(23, 3, 3, 0, 64), new byte[64]);

    /** The needs of a breakage, and its consequences. */
    enum Trait {
        /** It needs a chunked response. */
        CHUNKED,
        /** It needs a response with a length. */
        SIZED,
        /** The fault is that no further bytes follow. */
        CLOSES,
        PASSABLE,
        BEHIND
    }

    private final String section;
    private final Part.Kind at;
    private final String bytes;
    private final Set<Trait> traits;

    Http1Breakage(String section, Part.Kind at, String bytes, Trait... traits) {
        this.section = section;
        this.at = at;
        this.bytes = bytes;
        this.traits = Set.of(traits);
    }

    @Override
    public String section() {
        return section;
    }

    @Override
    public boolean passable() {
        return traits.contains(PASSABLE);
    }

    @Override
    public boolean endsConnection() {
        return true;
    }

    @Override
    public boolean followsResponse() {
        return traits.contains(BEHIND);
    }

    /** The answer with the framing that the breakage needs, on a connection that would otherwise be kept. */
    public Http1Answer prepare(Http1Answer answer) {
        Http1Answer.Framing framing = answer.framing();
        if (traits.contains(CHUNKED) && !(framing instanceof Http1Answer.Chunks)
                || framing instanceof Http1Answer.UntilClose && !closesInTcp()) {
            framing = Http1Answer.Chunks.PLAIN;
        } else if (traits.contains(SIZED)) {
            framing = new Http1Answer.Length();
        } else if (closesInTcp()) {
            framing = new Http1Answer.UntilClose();
        }
        return new Http1Answer(
                answer.filler(),
                answer.interims(),
                false,
                answer.reason(),
                answer.headBytes(),
                answer.fields(),
                answer.kind(),
                answer.names(),
                answer.spaceBefore(),
                answer.spaceAfter(),
                framing,
                Http1Answer.Between.KEEP,
                answer.cuts(),
                answer.stallAfter());
    }

    /** The answer's parts with the fault in them, and the server's action after it. */
    Broken apply(Http1Answer answer, Story story, Flaw flaw) {
        List<Part> parts = answer.parts(story);
        int[] places = places(parts);
        int place = places[flaw.of(places.length)];
        Part there = parts.get(place);
        List<Part> before = new ArrayList<>(parts.subList(0, place));
        int contentBefore = there.contentBefore();
        switch (this) {
            case CHUNK_CUT, LENGTH_NOT_REACHED -> contentBefore += cut(before, there, flaw);
            case CLOSED_IN_TCP_ALONE -> {
                contentBefore += cut(before, there, flaw);
                before.add(new Part(Part.Kind.CUT, "", contentBefore));
            }
            case RECORD_OF_NO_TYPE -> {
                contentBefore += cut(before, there, flaw);
                before.add(new Part(Part.Kind.RAW, NO_RECORD, contentBefore));
            }
            case RECORD_NOT_AUTHENTIC -> {
                contentBefore += cut(before, there, flaw);
                before.add(new Part(Part.Kind.RAW, FALSE_RECORD, contentBefore));
            }
            case SECOND_RESPONSE -> {
                before.add(there);
                before.add(new Part(
                        Part.Kind.BREAK,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: " + ANOTHERS.length()
                                + "\r\n\r\n" + ANOTHERS,
                        contentBefore));
            }
            case BYTES_BEHIND_THE_RESPONSE -> {
                before.add(there);
                before.add(new Part(Part.Kind.BREAK, ANOTHERS, contentBefore));
            }
            default -> before.add(new Part(Part.Kind.BREAK, bytes, contentBefore));
        }
        List<Part> behind = parts.subList(place + (keepsTheOther() ? 0 : 1), parts.size());
        if (traits.contains(CLOSES) || flaw.after() == Flaw.After.CLOSE) {
            before.add(new Part(Part.Kind.CLOSE, "", contentBefore));
        } else if (traits.contains(BEHIND) || flaw.after() == Flaw.After.HOLD && !passable()) {
            behind.stream().filter(Http1Breakage::isOfHead).forEach(before::add);
            before.add(new Part(Part.Kind.HOLD, "", contentBefore));
        } else {
            before.addAll(behind);
        }
        return new Broken(before, contentBefore);
    }

    /** Leaves a piece of the data before the fault, and returns its length. */
    private static int cut(List<Part> before, Part data, Flaw flaw) {
        int length = (int) (data.bytes().length * (long) (flaw.place() * 7 % 1_000) / 1_000);
        before.add(new Part(Part.Kind.DATA, Arrays.copyOf(data.bytes(), length), data.contentBefore()));
        return length;
    }

    /** A client may read a head as a whole, so it sees no fault if the server is silent in the middle of it. */
    private static boolean isOfHead(Part part) {
        return part.kind() == Part.Kind.STATUS || part.kind() == Part.Kind.FIELD || part.kind() == Part.Kind.HEAD_END;
    }

    private boolean closesInTcp() {
        return this == CLOSED_IN_TCP_ALONE;
    }

    /** Whether the original part stays: a field is added, and every other fault replaces a part. */
    private boolean keepsTheOther() {
        return at == Part.Kind.FIELD;
    }

    private int[] places(List<Part> parts) {
        return IntStream.range(0, parts.size())
                .filter(i -> parts.get(i).kind() == at)
                .toArray();
    }

    /** @param contentBefore how many bytes of the content came before the fault */
    record Broken(List<Part> parts, int contentBefore) {}
}
