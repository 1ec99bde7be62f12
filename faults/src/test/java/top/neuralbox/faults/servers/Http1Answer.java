package top.neuralbox.faults.servers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A server's answer to one request in HTTP/1.1, within the limits of RFC 9110 and RFC 9112.
 *
 * @param interims the interim responses before the final one
 * @param old whether the response says HTTP/1.0, which knows neither chunks nor interim responses
 * @param reason the reason phrase, which may be empty (RFC 9112, section 4)
 * @param headBytes about how many bytes are added to the head
 * @param fields how many fields are added to the head
 * @param kind the characters in the values of these fields
 * @param names how field names are spelled (RFC 9110, section 5.1)
 * @param spaceBefore optional whitespace before each field value (RFC 9112, section 5)
 * @param spaceAfter optional whitespace after it
 * @param between whether and how the connection ends
 */
public record Http1Answer(
        int filler,
        List<Interim> interims,
        boolean old,
        String reason,
        int headBytes,
        int fields,
        Field.Kind kind,
        Names names,
        String spaceBefore,
        String spaceAfter,
        Framing framing,
        Between between,
        Cuts cuts,
        int stallAfter)
        implements HttpAnswer {

    /** How a field name is spelled. */
    public enum Names {
        USUAL,
        LOWER,
        UPPER,
        MIXED
    }

    /** Whether and how the connection ends after the response (RFC 9112, section 9). */
    public enum Between {
        KEEP,
        /** Says that it keeps the connection, and for how long. */
        KEEP_ALIVE,
        SAY_CLOSE,
        /** Says that it closes, among other options and in mixed case. */
        SAY_CLOSE_ODDLY,
        /** Closes without a notice, as a server may at any time. */
        CLOSE
    }

    /** How the end of the content is found (RFC 9112, section 6). */
    public sealed interface Framing {}

    /** By {@code Content-Length}. */
    public record Length() implements Framing {
        @Override
        public String toString() {
            return "by Content-Length";
        }
    }

    /** By the end of the connection. */
    public record UntilClose() implements Framing {
        @Override
        public String toString() {
            return "until the connection closes";
        }
    }

    /**
     * By chunks (RFC 9112, section 7.1).
     *
     * @param sizes the sizes of the chunks, repeated
     * @param extensions the extensions of the chunks, repeated
     * @param zeros how many zeros lead each size
     * @param upper whether sizes are in upper case
     * @param coding how the coding is spelled
     * @param lastExtension the extension of the last chunk
     * @param trailers how many trailer fields follow
     */
    public record Chunks(
            List<Integer> sizes,
            List<String> extensions,
            int zeros,
            boolean upper,
            String coding,
            String lastExtension,
            int trailers)
            implements Framing {

        static final Chunks PLAIN = new Chunks(List.of(), List.of(), 0, false, "chunked", "", 0);

        public Chunks {
            sizes = List.copyOf(sizes);
            extensions = List.copyOf(extensions);
        }

        @Override
        public String toString() {
            return new Words()
                    .list("in chunks of", sizes)
                    .list("with extensions", extensions)
                    .say(zeros > 0, zeros + " leading zeros")
                    .say(upper, "upper-case sizes")
                    .say(!coding.equals("chunked"), "coding spelled " + coding)
                    .say(!lastExtension.isEmpty(), "last extension " + lastExtension)
                    .say(trailers > 0, trailers + " trailers")
                    .toString();
        }
    }

    private static final int MOST_CHUNKS = 300;

    public Http1Answer {
        interims = List.copyOf(interims);
    }

    /** The answer of the plain server. */
    public static Http1Answer plain(int filler) {
        return plain(filler, Cuts.NONE);
    }

    /** The same, with its bytes cut in another way. */
    public static Http1Answer plain(int filler, Cuts cuts) {
        return new Http1Answer(
                filler,
                List.of(),
                false,
                "OK",
                0,
                0,
                Field.Kind.PLAIN,
                Names.USUAL,
                " ",
                "",
                Chunks.PLAIN,
                Between.KEEP,
                cuts,
                0);
    }

    @Override
    public Http1Answer stalledAfter(int events) {
        return new Http1Answer(
                filler,
                interims,
                old,
                reason,
                headBytes,
                fields,
                kind,
                names,
                spaceBefore,
                spaceAfter,
                framing,
                between,
                cuts,
                events);
    }

    /** The same answer, but the server closes the connection only if it has said so. */
    Http1Answer withoutSilentClose() {
        return between != Between.CLOSE
                ? this
                : new Http1Answer(
                        filler,
                        interims,
                        old,
                        reason,
                        headBytes,
                        fields,
                        kind,
                        names,
                        spaceBefore,
                        spaceAfter,
                        framing,
                        Between.KEEP,
                        cuts,
                        stallAfter);
    }

    /** Whether the connection may serve another request. */
    boolean keeps() {
        return !old && !(framing instanceof UntilClose) && (between == Between.KEEP || between == Between.KEEP_ALIVE);
    }

    /** The bytes of the response, part by part. */
    List<Part> parts(Story story) {
        byte[] content = story.content();
        List<Part> parts = new ArrayList<>();
        if (!old) {
            interims.forEach(interim -> parts.add(new Part(Part.Kind.INTERIM, interim(interim), 0)));
        }
        parts.add(text(Part.Kind.STATUS, (old ? "HTTP/1.0" : "HTTP/1.1") + " 200 " + reason + "\r\n", 0));
        headFields(story.form(), content.length).forEach(field -> parts.add(text(Part.Kind.FIELD, line(field), 0)));
        parts.add(text(Part.Kind.HEAD_END, "\r\n", 0));
        int stall = stallAfter == 0 ? -1 : story.endOf(stallAfter);
        if (framing instanceof Chunks chunks && !old) {
            chunks(parts, chunks, content, stall);
        } else {
            data(parts, content, 0, content.length, stall);
            parts.add(new Part(Part.Kind.END, new byte[0], content.length));
        }
        return parts;
    }

    private byte[] interim(Interim interim) {
        StringBuilder text = new StringBuilder("HTTP/1.1 " + interim.status() + " Wait\r\n");
        for (int i = 0; i < interim.fields(); i++) {
            text.append(line(new Field(i == 0 ? "Link" : "X-Interim-" + i, "</style.css>; rel=preload")));
        }
        return Bytes.of(text.append("\r\n").toString());
    }

    /** The necessary fields stand in the middle of the added ones. */
    private List<Field> headFields(Form form, int contentLength) {
        List<Field> all = new ArrayList<>(Field.filling(headBytes, fields, kind));
        List<Field> needed = new ArrayList<>(List.of(new Field("Content-Type", form.type())));
        if (framing instanceof Length || framing instanceof Chunks && old) {
            needed.add(new Field("Content-Length", String.valueOf(contentLength)));
        } else if (framing instanceof Chunks chunks) {
            needed.add(new Field("Transfer-Encoding", chunks.coding()));
        }
        switch (between) {
            case KEEP, CLOSE -> {}
            case KEEP_ALIVE -> {
                if (keeps()) {
                    needed.add(new Field("Connection", "keep-alive"));
                    needed.add(new Field("Keep-Alive", "timeout=60, max=100"));
                }
            }
            case SAY_CLOSE -> needed.add(new Field("Connection", "close"));
            case SAY_CLOSE_ODDLY -> needed.add(new Field("Connection", "X-Filler-0, ClOsE"));
        }
        all.addAll(all.size() / 2, needed);
        return all;
    }

    private String line(Field field) {
        String name = switch (names) {
            case USUAL -> field.name();
            case LOWER -> field.name().toLowerCase(Locale.ROOT);
            case UPPER -> field.name().toUpperCase(Locale.ROOT);
            case MIXED -> mixed(field.name());
        };
        return name + ":" + spaceBefore + field.value() + spaceAfter + "\r\n";
    }

    private static String mixed(String name) {
        StringBuilder mixed = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            String one = name.substring(i, i + 1);
            mixed.append(i % 2 == 0 ? one.toLowerCase(Locale.ROOT) : one.toUpperCase(Locale.ROOT));
        }
        return mixed.toString();
    }

    private void chunks(List<Part> parts, Chunks chunks, byte[] content, int stall) {
        int at = 0;
        int number = 0;
        for (byte[] chunk : Bytes.cut(content, chunks.sizes(), MOST_CHUNKS, Integer.MAX_VALUE)) {
            String extension = chunks.extensions().isEmpty()
                    ? ""
                    : chunks.extensions().get(number % chunks.extensions().size());
            String size = Integer.toHexString(chunk.length);
            size = "0".repeat(chunks.zeros()) + (chunks.upper() ? size.toUpperCase(Locale.ROOT) : size);
            parts.add(text(Part.Kind.SIZE, size + extension + "\r\n", at));
            data(parts, content, at, at + chunk.length, stall);
            at += chunk.length;
            parts.add(text(Part.Kind.DATA_END, "\r\n", at));
            number++;
        }
        parts.add(text(Part.Kind.LAST, "0".repeat(chunks.zeros() + 1) + chunks.lastExtension() + "\r\n", at));
        for (int i = 0; i < chunks.trailers(); i++) {
            parts.add(text(Part.Kind.TRAILER, line(new Field("X-Trailer-" + i, "nothing")), at));
        }
        parts.add(text(Part.Kind.END, "\r\n", at));
    }

    private static void data(List<Part> parts, byte[] content, int from, int to, int stall) {
        if (from < stall && stall <= to) {
            parts.add(new Part(Part.Kind.DATA, Arrays.copyOfRange(content, from, stall), from));
            parts.add(new Part(Part.Kind.STALL, new byte[0], stall));
            from = stall;
        }
        if (from < to) {
            parts.add(new Part(Part.Kind.DATA, Arrays.copyOfRange(content, from, to), from));
        }
    }

    private static Part text(Part.Kind kind, String text, int contentBefore) {
        return new Part(kind, text.getBytes(StandardCharsets.ISO_8859_1), contentBefore);
    }

    @Override
    public String toString() {
        return new Words()
                .say(filler > 0, filler + " more characters")
                .list("interim responses", old ? List.of() : interims)
                .say(old, "HTTP/1.0")
                .say(!reason.equals("OK"), "reason phrase \"" + reason + "\"")
                .say(headBytes > 0 || fields > 0, fields + " more fields, " + headBytes + " bytes, " + kind)
                .say(names != Names.USUAL, "field names " + names)
                .say(
                        !spaceBefore.equals(" ") || !spaceAfter.isEmpty(),
                        "values in \"" + spaceBefore + "\" and \"" + spaceAfter + "\"")
                .say(
                        !framing.equals(Chunks.PLAIN),
                        old && framing instanceof Chunks ? "by Content-Length" : "" + framing)
                .say(between != Between.KEEP, "connection " + between)
                .say(!cuts.equals(Cuts.NONE), "" + cuts)
                .say(stallAfter > 0, "pause after event " + stallAfter)
                .toString();
    }
}
