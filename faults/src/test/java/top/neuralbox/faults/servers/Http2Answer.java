package top.neuralbox.faults.servers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import top.neuralbox.faults.servers.Http2Opening.Setting;

/**
 * A server's answer to one request in HTTP/2, within the limits of RFC 9110 and RFC 9113.
 *
 * @param headBytes about how many bytes are added to the head
 * @param fields how many fields are added to the head
 * @param style how fields are represented
 * @param blockSizes the sizes of the pieces of a header block, in HEADERS and CONTINUATION
 * @param headPadding the padding of HEADERS; -1 for none
 * @param prioritised whether HEADERS has a priority
 * @param tableSizes the sizes of the dynamic table that are set before the head
 * @param length whether the head has a {@code Content-Length}
 * @param data the sizes of DATA frames, repeated; 0 is an empty frame
 * @param paddings the paddings of DATA frames, repeated; -1 for none
 * @param end how the stream ends
 * @param noises the frames that are sent in addition
 * @param between whether and how the connection ends
 * @param joined whether as many frames as possible are written at once
 */
public record Http2Answer(
        int filler,
        List<Interim> interims,
        int headBytes,
        int fields,
        Field.Kind kind,
        HeaderBlock.Style style,
        List<Integer> blockSizes,
        int headPadding,
        boolean prioritised,
        List<Integer> tableSizes,
        boolean length,
        List<Integer> data,
        List<Integer> paddings,
        End end,
        List<Noise> noises,
        Between between,
        Cuts cuts,
        boolean joined,
        int stallAfter)
        implements HttpAnswer {

    /** How a stream ends (RFC 9113, section 8.1). */
    public enum End {
        EMPTY_DATA,
        LAST_DATA,
        TRAILERS
    }

    /** Whether and how the connection ends. */
    public enum Between {
        KEEP,
        /** GOAWAY within the response, and the end of the connection after it (RFC 9113, section 6.8). */
        GO_AWAY_BEFORE_THE_END,
        GO_AWAY_AFTER_THE_END,
        CLOSE
    }

    /** Some engines treat more CONTINUATION frames or empty DATA frames as an attack (RFC 9113, section 10.5). */
    private static final int MOST_BLOCK_PIECES = 6;

    private static final int MOST_DATA = 150;
    private static final int LARGEST_DATA = 16_000;

    public Http2Answer {
        interims = List.copyOf(interims);
        blockSizes = List.copyOf(blockSizes);
        tableSizes = List.copyOf(tableSizes);
        data = List.copyOf(data);
        paddings = List.copyOf(paddings);
        noises = List.copyOf(noises);
    }

    /** The answer of the plain server. */
    public static Http2Answer plain(int filler) {
        return plain(filler, Cuts.NONE);
    }

    /** The same, with its bytes cut in another way. */
    public static Http2Answer plain(int filler, Cuts cuts) {
        return new Http2Answer(
                filler,
                List.of(),
                0,
                0,
                Field.Kind.PLAIN,
                HeaderBlock.Style.WITHOUT_INDEXING,
                List.of(),
                -1,
                false,
                List.of(),
                false,
                List.of(),
                List.of(),
                End.EMPTY_DATA,
                List.of(),
                Between.KEEP,
                cuts,
                false,
                0);
    }

    @Override
    public Http2Answer stalledAfter(int events) {
        return new Http2Answer(
                filler,
                interims,
                headBytes,
                fields,
                kind,
                style,
                blockSizes,
                headPadding,
                prioritised,
                tableSizes,
                length,
                data,
                paddings,
                end,
                noises,
                between,
                cuts,
                joined,
                events);
    }

    /** The same answer on a connection that is kept. */
    Http2Answer kept() {
        return with(noises, Between.KEEP);
    }

    private Http2Answer with(List<Noise> noises, Between between) {
        return new Http2Answer(
                filler,
                interims,
                headBytes,
                fields,
                kind,
                style,
                blockSizes,
                headPadding,
                prioritised,
                tableSizes,
                length,
                data,
                paddings,
                end,
                noises,
                between,
                cuts,
                joined,
                stallAfter);
    }

    /** The frames of the response, step by step. */
    List<Step> steps(Story story, int stream) {
        byte[] content = story.content();
        List<Step> steps = new ArrayList<>();
        for (Interim interim : interims) {
            List<Field> all = new ArrayList<>(List.of(new Field(":status", String.valueOf(interim.status()))));
            for (int i = 0; i < interim.fields(); i++) {
                all.add(new Field(i == 0 ? "link" : "x-interim-" + i, "</style.css>; rel=preload"));
            }
            steps.add(new Step(Step.Kind.INTERIM, block(stream, all, List.of(), false), 0));
        }
        steps.add(new Step(
                Step.Kind.HEAD, block(stream, headFields(story.form(), content.length), tableSizes, false), 0));
        data(steps, content, stream, stallAfter == 0 ? -1 : story.endOf(stallAfter));
        if (end == End.EMPTY_DATA) {
            steps.add(new Step(Step.Kind.END, List.of(Frame.data(stream, new byte[0], -1, true)), content.length));
        } else if (end == End.TRAILERS) {
            steps.add(new Step(
                    Step.Kind.END,
                    block(stream, List.of(new Field("x-trailer", "nothing")), List.of(), true),
                    content.length));
        }
        addNoise(steps, stream);
        return steps;
    }

    private List<Field> headFields(Form form, int contentLength) {
        List<Field> all = new ArrayList<>(Field.filling(headBytes, fields, kind));
        all.add(all.size() / 2, new Field("content-type", form.type()));
        if (length) {
            all.add(0, new Field("content-length", String.valueOf(contentLength)));
        }
        all.add(0, new Field(":status", "200"));
        return all;
    }

    private List<Frame> block(int stream, List<Field> all, List<Integer> sizes, boolean last) {
        byte[] block = Bytes.join(
                Bytes.join(sizes.stream().map(HeaderBlock::sizeUpdate).toList()), HeaderBlock.of(style, all));
        return Frame.headers(stream, block, blockSizes, MOST_BLOCK_PIECES, headPadding, prioritised, last);
    }

    private void data(List<Step> steps, byte[] content, int stream, int stall) {
        List<byte[]> pieces = Bytes.cut(content, data, MOST_DATA, LARGEST_DATA);
        int at = 0;
        for (int i = 0; i < pieces.size(); i++) {
            int padding = paddings.isEmpty() || i >= MOST_DATA ? -1 : paddings.get(i % paddings.size());
            boolean last = end == End.LAST_DATA && i == pieces.size() - 1;
            byte[] piece = pieces.get(i);
            if (at < stall && stall < at + piece.length) {
                byte[] first = Arrays.copyOf(piece, stall - at);
                steps.add(new Step(Step.Kind.DATA, List.of(Frame.data(stream, first, padding, false)), at));
                piece = Arrays.copyOfRange(piece, stall - at, piece.length);
                at = stall;
                steps.add(new Step(Step.Kind.STALL, List.of(), at));
            } else if (at == stall && steps.get(steps.size() - 1).kind() == Step.Kind.DATA) {
                steps.add(new Step(Step.Kind.STALL, List.of(), at));
            }
            steps.add(new Step(
                    last ? Step.Kind.END : Step.Kind.DATA, List.of(Frame.data(stream, piece, padding, last)), at));
            at += piece.length;
        }
    }

    /** Adds noise before the last step at the latest, because the stream is closed after it. */
    private void addNoise(List<Step> steps, int stream) {
        int places = steps.size();
        boolean none = noises.stream().anyMatch(noise -> noise.kind() == Noise.Kind.NO_CONCURRENT_STREAM);
        if (none) {
            steps.add(places - 1, noise(Frame.settings(List.of(new Setting(Setting.MAX_CONCURRENT_STREAMS, 100)))));
        }
        noises.stream()
                .sorted(Comparator.comparing(Noise::place).reversed())
                .forEach(noise -> steps.add(noise.place() * places / 1_000, noise(noise.frame(stream))));
        if (between == Between.GO_AWAY_BEFORE_THE_END) {
            steps.add(steps.size() / 2, noise(Frame.goAway(Integer.MAX_VALUE, "bye")));
        }
    }

    private static Step noise(Frame frame) {
        return new Step(Step.Kind.NOISE, List.of(frame), 0);
    }

    @Override
    public String toString() {
        return new Words()
                .say(filler > 0, filler + " more characters")
                .list("interim responses", interims)
                .say(headBytes > 0 || fields > 0, fields + " more fields, " + headBytes + " bytes, " + kind)
                .say(style != HeaderBlock.Style.WITHOUT_INDEXING, "fields " + style)
                .list("header blocks in pieces of", blockSizes)
                .say(headPadding >= 0, headPadding + " bytes of padding in HEADERS")
                .say(prioritised, "a priority in HEADERS")
                .list("table sizes", tableSizes)
                .say(length, "a Content-Length")
                .list("DATA of", data)
                .list("padding of", paddings)
                .say(end != End.EMPTY_DATA, "END_STREAM on " + end)
                .list("also", noises)
                .say(between != Between.KEEP, "connection " + between)
                .say(!cuts.equals(Cuts.NONE), "" + cuts)
                .say(joined, "frames joined")
                .say(stallAfter > 0, "pause after event " + stallAfter)
                .toString();
    }
}
