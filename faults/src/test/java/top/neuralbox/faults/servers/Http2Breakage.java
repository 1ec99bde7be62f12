package top.neuralbox.faults.servers;

import static top.neuralbox.faults.servers.Http2Breakage.Scope.CONNECTION;
import static top.neuralbox.faults.servers.Http2Breakage.Scope.STREAM;
import static top.neuralbox.faults.servers.Http2Breakage.Where.AFTER_THE_END;
import static top.neuralbox.faults.servers.Http2Breakage.Where.ANYWHERE;
import static top.neuralbox.faults.servers.Http2Breakage.Where.BEFORE_THE_HEAD;
import static top.neuralbox.faults.servers.Http2Breakage.Where.INSTEAD_OF_THE_END;
import static top.neuralbox.faults.servers.Http2Breakage.Where.INSTEAD_OF_THE_HEAD;
import static top.neuralbox.faults.servers.Http2Breakage.Where.IN_THE_CONTENT;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The rules of HTTP/2 that a server breaks. Sections are those of RFC 9113 unless another RFC is named. */
public enum Http2Breakage implements Breakage {
    DATA_BEFORE_THE_HEAD("section 8.1", STREAM, BEFORE_THE_HEAD),
    STATUS_MISSING("section 8.3.2", STREAM, INSTEAD_OF_THE_HEAD),
    STATUS_TWICE("section 8.3", STREAM, INSTEAD_OF_THE_HEAD),
    STATUS_NOT_A_NUMBER("section 8.3.2", STREAM, INSTEAD_OF_THE_HEAD),
    STATUS_SWITCHING("section 8.6", STREAM, INSTEAD_OF_THE_HEAD),
    PSEUDO_FIELD_OF_A_REQUEST("section 8.3", STREAM, INSTEAD_OF_THE_HEAD),
    PSEUDO_FIELD_BEHIND_A_FIELD("section 8.3", STREAM, INSTEAD_OF_THE_HEAD),
    UPPER_CASE_NAME("section 8.2.1", STREAM, INSTEAD_OF_THE_HEAD),
    SPACE_IN_NAME("section 8.2.1", STREAM, INSTEAD_OF_THE_HEAD),
    NUL_IN_VALUE("section 8.2.1", STREAM, INSTEAD_OF_THE_HEAD),
    LINE_FEED_IN_VALUE("section 8.2.1", STREAM, INSTEAD_OF_THE_HEAD),
    CONNECTION_FIELD("section 8.2.2", STREAM, INSTEAD_OF_THE_HEAD),
    TRANSFER_ENCODING("section 8.2.2", STREAM, INSTEAD_OF_THE_HEAD),
    LENGTH_NOT_REACHED("section 8.1.1", STREAM, INSTEAD_OF_THE_HEAD),
    LENGTH_EXCEEDED("section 8.1.1", STREAM, INSTEAD_OF_THE_HEAD),
    TWO_LENGTHS("RFC 9110, section 8.6", STREAM, INSTEAD_OF_THE_HEAD),
    INTERIM_RESPONSE_THAT_ENDS("section 8.1", STREAM, BEFORE_THE_HEAD),
    TRAILERS_THAT_DO_NOT_END("section 8.1", STREAM, IN_THE_CONTENT),
    PSEUDO_FIELD_IN_TRAILERS("section 8.1", STREAM, INSTEAD_OF_THE_END),
    DATA_AFTER_THE_END("section 5.1", CONNECTION, AFTER_THE_END),
    HEAD_AFTER_THE_END("section 5.1", CONNECTION, AFTER_THE_END),
    DATA_ON_AN_IDLE_STREAM("section 5.1", CONNECTION, ANYWHERE),
    HEAD_ON_AN_IDLE_STREAM("section 5.1", CONNECTION, ANYWHERE),
    RESET_OF_AN_IDLE_STREAM("section 6.4", CONNECTION, ANYWHERE),
    WINDOW_OF_AN_IDLE_STREAM("section 5.1", CONNECTION, ANYWHERE),
    DATA_ON_THE_CONNECTION("section 6.1", CONNECTION, ANYWHERE),
    HEAD_ON_THE_CONNECTION("section 6.2", CONNECTION, ANYWHERE),
    RESET_OF_THE_CONNECTION("section 6.4", CONNECTION, ANYWHERE),
    RESET_OF_THE_WRONG_SIZE("section 6.4", CONNECTION, ANYWHERE),
    PADDING_TOO_LONG("section 6.1", CONNECTION, IN_THE_CONTENT),
    FRAME_TOO_LARGE("section 4.2", CONNECTION, IN_THE_CONTENT),
    PRIORITY_OF_THE_WRONG_SIZE("section 6.3", STREAM, ANYWHERE),
    PRIORITY_OF_THE_CONNECTION("section 6.3", CONNECTION, ANYWHERE),
    SETTINGS_ON_A_STREAM("section 6.5", CONNECTION, ANYWHERE),
    SETTINGS_OF_THE_WRONG_SIZE("section 6.5", CONNECTION, ANYWHERE),
    SETTINGS_ACK_WITH_CONTENT("section 6.5", CONNECTION, ANYWHERE),
    PUSH_ENABLED_BY_THE_SERVER("section 6.5.2", CONNECTION, ANYWHERE),
    INITIAL_WINDOW_TOO_LARGE("section 6.5.2", CONNECTION, ANYWHERE),
    MAX_FRAME_SIZE_TOO_SMALL("section 6.5.2", CONNECTION, ANYWHERE),
    PING_ON_A_STREAM("section 6.7", CONNECTION, ANYWHERE),
    PING_OF_THE_WRONG_SIZE("section 6.7", CONNECTION, ANYWHERE),
    GO_AWAY_ON_A_STREAM("section 6.8", CONNECTION, ANYWHERE),
    PUSH_PROMISE("section 8.4", CONNECTION, ANYWHERE),
    WINDOW_UPDATE_OF_NOTHING("section 6.9", STREAM, ANYWHERE),
    WINDOW_UPDATE_OF_NOTHING_ON_THE_CONNECTION("section 6.9", CONNECTION, ANYWHERE),
    WINDOW_UPDATE_OF_THE_WRONG_SIZE("section 6.9", CONNECTION, ANYWHERE),
    WINDOW_BEYOND_ALL("section 6.9.1", STREAM, ANYWHERE),
    WINDOW_OF_THE_CONNECTION_BEYOND_ALL("section 6.9.1", CONNECTION, ANYWHERE),
    CONTINUATION_OF_NOTHING("section 6.10", CONNECTION, ANYWHERE),
    FRAME_INSIDE_A_HEADER_BLOCK("section 6.10", CONNECTION, INSTEAD_OF_THE_HEAD),
    UNKNOWN_FRAME_INSIDE_A_HEADER_BLOCK("section 5.5", CONNECTION, INSTEAD_OF_THE_HEAD),
    INDEX_BEYOND_THE_TABLE("RFC 7541, section 2.3.3", CONNECTION, INSTEAD_OF_THE_HEAD),
    INDEX_ZERO("RFC 7541, section 6.1", CONNECTION, INSTEAD_OF_THE_HEAD),
    TABLE_SIZE_BEYOND_THE_LIMIT("RFC 7541, section 6.3", CONNECTION, INSTEAD_OF_THE_HEAD),
    FIELD_CUT("RFC 7541, section 5.2", CONNECTION, INSTEAD_OF_THE_HEAD),
    NUMBER_WITHOUT_END("RFC 7541, section 5.1", CONNECTION, INSTEAD_OF_THE_HEAD),
    RECORD_OF_NO_TYPE("RFC 8446, section 5.1", CONNECTION, ANYWHERE),
    RECORD_NOT_AUTHENTIC("RFC 8446, section 5.2", CONNECTION, ANYWHERE),
    CLOSED_IN_THE_RESPONSE("section 5.4.1", CONNECTION, ANYWHERE);

    /** The scope of the error (RFC 9113, section 5.4). */
    enum Scope {
        STREAM,
        CONNECTION
    }

    /** Where the fault can be. */
    enum Where {
        BEFORE_THE_HEAD,
        INSTEAD_OF_THE_HEAD,
        /** Between the head and the end. */
        IN_THE_CONTENT,
        INSTEAD_OF_THE_END,
        AFTER_THE_END,
        /** Before the end. */
        ANYWHERE
    }

    private static final int FAR = 2_001;
    private static final Field STATUS = new Field(":status", "200");
    private static final Field TYPE = new Field("content-type", "text/event-stream");

    private final String section;
    private final Scope scope;
    private final Where where;

    Http2Breakage(String section, Scope scope, Where where) {
        this.section = section.startsWith("RFC") ? section : "RFC 9113, " + section;
        this.scope = scope;
        this.where = where;
    }

    @Override
    public String section() {
        return section;
    }

    @Override
    public boolean passable() {
        return switch (this) {
            // Only frames decide where a response begins and ends, not these fields.
            case CONNECTION_FIELD, TRANSFER_ENCODING, TWO_LENGTHS, LENGTH_EXCEEDED, LENGTH_NOT_REACHED -> true;
            // If a client ignores these, it cannot confuse them with anything else.
            case DATA_BEFORE_THE_HEAD,
                    WINDOW_OF_AN_IDLE_STREAM,
                    PRIORITY_OF_THE_WRONG_SIZE,
                    PRIORITY_OF_THE_CONNECTION,
                    SETTINGS_ACK_WITH_CONTENT -> true;
            // Illegal for a client that has switched push off. Others refuse only the promised stream.
            case PUSH_PROMISE -> true;
            default -> false;
        };
    }

    @Override
    public boolean endsConnection() {
        return scope == CONNECTION;
    }

    @Override
    public boolean followsResponse() {
        return where == AFTER_THE_END;
    }

    /** The answer's steps with the fault in them, and the server's action after it. */
    Broken apply(Http2Answer answer, Story story, int stream, Flaw flaw) {
        List<Step> steps = answer.steps(story, stream);
        int[] places = places(steps);
        int place = places[flaw.of(places.length)];
        int content = IntStream.range(0, Math.min(place, steps.size()))
                .mapToObj(steps::get)
                .filter(step -> step.kind() == Step.Kind.DATA || step.kind() == Step.Kind.END)
                .mapToInt(step -> contentOf(step))
                .sum();
        List<Step> broken = new ArrayList<>(steps.subList(0, place));
        broken.add(fault(stream, content));
        if (this == LENGTH_NOT_REACHED || this == LENGTH_EXCEEDED) {
            broken.addAll(steps.subList(place + 1, steps.size()));
            // The frame that ends the stream shows the fault, and a client may ignore the content of that frame.
            Step end = steps.get(steps.size() - 1);
            return new Broken(broken, this == LENGTH_EXCEEDED ? 0 : story.content().length - contentOf(end));
        }
        if (this == CLOSED_IN_THE_RESPONSE || flaw.after() == Flaw.After.CLOSE) {
            broken.add(new Step(Step.Kind.CLOSE, List.of(), content));
        } else if (flaw.after() == Flaw.After.HOLD && !passable() && !endsStream()) {
            broken.add(new Step(Step.Kind.HOLD, List.of(), content));
        } else {
            boolean instead = where == INSTEAD_OF_THE_HEAD || where == INSTEAD_OF_THE_END;
            broken.addAll(steps.subList(Math.min(steps.size(), place + (instead ? 1 : 0)), steps.size()));
        }
        return new Broken(broken, content);
    }

    /** Whether a client may take the fault for the end of the stream, after which only silence can follow. */
    private boolean endsStream() {
        return this == TRAILERS_THAT_DO_NOT_END || this == PSEUDO_FIELD_IN_TRAILERS;
    }

    private static int contentOf(Step step) {
        int content = 0;
        for (Frame frame : step.frames()) {
            if (frame.type() == Frame.DATA) {
                byte[] unpadded = frame.unpadded();
                content += unpadded.length;
            }
        }
        return content;
    }

    private int[] places(List<Step> steps) {
        int head = IntStream.range(0, steps.size())
                .filter(i -> steps.get(i).kind() == Step.Kind.HEAD)
                .findFirst()
                .orElseThrow();
        int end = IntStream.range(0, steps.size())
                .filter(i -> steps.get(i).kind() == Step.Kind.END)
                .findFirst()
                .orElseThrow();
        IntStream places = switch (where) {
            case BEFORE_THE_HEAD -> IntStream.rangeClosed(0, head);
            case INSTEAD_OF_THE_HEAD -> IntStream.of(head);
            case IN_THE_CONTENT -> IntStream.rangeClosed(head + 1, end);
            case INSTEAD_OF_THE_END -> IntStream.of(end);
            case AFTER_THE_END -> IntStream.of(end + 1);
            case ANYWHERE -> IntStream.rangeClosed(0, end);
        };
        return places.toArray();
    }

    private Step fault(int stream, int content) {
        if (this == RECORD_OF_NO_TYPE) {
            return new Step(Step.Kind.RAW, List.of(new Frame(0, 0, 0, Http1Breakage.NO_RECORD)), content);
        }
        if (this == RECORD_NOT_AUTHENTIC) {
            return new Step(Step.Kind.RAW, List.of(new Frame(0, 0, 0, Http1Breakage.FALSE_RECORD)), content);
        }
        return new Step(Step.Kind.BREAK, frames(stream), content);
    }

    private List<Frame> frames(int stream) {
        byte[] nothing = new byte[0];
        byte[] word = new byte[4];
        return switch (this) {
            case DATA_BEFORE_THE_HEAD, DATA_AFTER_THE_END -> List.of(Frame.data(stream, anothers(), -1, false));
            case STATUS_MISSING -> head(stream, TYPE);
            case STATUS_TWICE -> head(stream, STATUS, STATUS, TYPE);
            case STATUS_NOT_A_NUMBER -> head(stream, new Field(":status", "2OO"), TYPE);
            case STATUS_SWITCHING -> head(stream, new Field(":status", "101"), TYPE);
            case PSEUDO_FIELD_OF_A_REQUEST -> head(stream, STATUS, new Field(":path", "/"), TYPE);
            case PSEUDO_FIELD_BEHIND_A_FIELD -> head(stream, TYPE, STATUS);
            case UPPER_CASE_NAME -> head(stream, STATUS, TYPE, new Field("X-Upper", "a"));
            case SPACE_IN_NAME -> head(stream, STATUS, TYPE, new Field("x spaced", "a"));
            case NUL_IN_VALUE -> head(stream, STATUS, TYPE, new Field("x-nul", "a\0b"));
            case LINE_FEED_IN_VALUE -> head(stream, STATUS, TYPE, new Field("x-line", "a\nb"));
            case CONNECTION_FIELD -> head(stream, STATUS, TYPE, new Field("connection", "close"));
            case TRANSFER_ENCODING -> head(stream, STATUS, TYPE, new Field("transfer-encoding", "chunked"));
            case LENGTH_NOT_REACHED -> head(stream, STATUS, TYPE, new Field("content-length", "9999999"));
            case LENGTH_EXCEEDED -> head(stream, STATUS, TYPE, new Field("content-length", "5"));
            case TWO_LENGTHS ->
                head(stream, STATUS, TYPE, new Field("content-length", "5"), new Field("content-length", "6"));
            case INTERIM_RESPONSE_THAT_ENDS -> block(stream, true, new Field(":status", "103"));
            case TRAILERS_THAT_DO_NOT_END -> head(stream, new Field("x-trailer", "a"));
            case PSEUDO_FIELD_IN_TRAILERS -> block(stream, true, STATUS);
            case HEAD_AFTER_THE_END -> block(stream, true, STATUS, TYPE);
            case DATA_ON_AN_IDLE_STREAM -> List.of(Frame.data(FAR, anothers(), -1, false));
            case HEAD_ON_AN_IDLE_STREAM -> head(FAR, STATUS, TYPE);
            case RESET_OF_AN_IDLE_STREAM -> List.of(new Frame(Frame.RST_STREAM, 0, FAR, word));
            case WINDOW_OF_AN_IDLE_STREAM -> List.of(Frame.windowUpdate(FAR, 1));
            case DATA_ON_THE_CONNECTION -> List.of(Frame.data(0, anothers(), -1, false));
            case HEAD_ON_THE_CONNECTION -> head(0, STATUS, TYPE);
            case RESET_OF_THE_CONNECTION -> List.of(new Frame(Frame.RST_STREAM, 0, 0, word));
            case RESET_OF_THE_WRONG_SIZE -> List.of(new Frame(Frame.RST_STREAM, 0, stream, new byte[3]));
            case PADDING_TOO_LONG ->
                List.of(new Frame(Frame.DATA, Frame.PADDED, stream, Bytes.join(Bytes.of(200), new byte[100])));
            case FRAME_TOO_LARGE -> List.of(new Frame(Frame.DATA, 0, stream, new byte[1 << 20]));
            case PRIORITY_OF_THE_WRONG_SIZE -> List.of(new Frame(Frame.PRIORITY, 0, stream, word));
            case PRIORITY_OF_THE_CONNECTION -> List.of(new Frame(Frame.PRIORITY, 0, 0, new byte[5]));
            case SETTINGS_ON_A_STREAM -> List.of(new Frame(Frame.SETTINGS, 0, stream, nothing));
            case SETTINGS_OF_THE_WRONG_SIZE -> List.of(new Frame(Frame.SETTINGS, 0, 0, new byte[5]));
            case SETTINGS_ACK_WITH_CONTENT -> List.of(new Frame(Frame.SETTINGS, Frame.ACK, 0, new byte[6]));
            case PUSH_ENABLED_BY_THE_SERVER -> setting(Http2Opening.Setting.ENABLE_PUSH, 1);
            case INITIAL_WINDOW_TOO_LARGE -> setting(Http2Opening.Setting.INITIAL_WINDOW_SIZE, -1);
            case MAX_FRAME_SIZE_TOO_SMALL -> setting(Http2Opening.Setting.MAX_FRAME_SIZE, 100);
            case PING_ON_A_STREAM -> List.of(new Frame(Frame.PING, 0, stream, new byte[8]));
            case PING_OF_THE_WRONG_SIZE -> List.of(new Frame(Frame.PING, 0, 0, new byte[7]));
            case GO_AWAY_ON_A_STREAM ->
                List.of(new Frame(
                        Frame.GOAWAY,
                        0,
                        stream,
                        Frame.goAway(Integer.MAX_VALUE, "").payload()));
            case PUSH_PROMISE ->
                List.of(new Frame(
                        Frame.PUSH_PROMISE, Frame.END_HEADERS, stream, Bytes.join(Bytes.int32(2), request())));
            case WINDOW_UPDATE_OF_NOTHING -> List.of(Frame.windowUpdate(stream, 0));
            case WINDOW_UPDATE_OF_NOTHING_ON_THE_CONNECTION -> List.of(Frame.windowUpdate(0, 0));
            case WINDOW_UPDATE_OF_THE_WRONG_SIZE -> List.of(new Frame(Frame.WINDOW_UPDATE, 0, 0, new byte[3]));
            case WINDOW_BEYOND_ALL ->
                List.of(Frame.windowUpdate(stream, Integer.MAX_VALUE), Frame.windowUpdate(stream, Integer.MAX_VALUE));
            case WINDOW_OF_THE_CONNECTION_BEYOND_ALL ->
                List.of(Frame.windowUpdate(0, Integer.MAX_VALUE), Frame.windowUpdate(0, Integer.MAX_VALUE));
            case CONTINUATION_OF_NOTHING ->
                List.of(new Frame(Frame.CONTINUATION, Frame.END_HEADERS, stream, encoded(STATUS)));
            case FRAME_INSIDE_A_HEADER_BLOCK -> interrupted(stream, new Frame(Frame.PING, 0, 0, new byte[8]));
            case UNKNOWN_FRAME_INSIDE_A_HEADER_BLOCK -> interrupted(stream, new Frame(0x40, 0, 0, word));
            case INDEX_BEYOND_THE_TABLE -> rawHead(stream, Bytes.of(0xFF, 0x80, 0x80, 0x01));
            case INDEX_ZERO -> rawHead(stream, Bytes.of(0x80));
            case TABLE_SIZE_BEYOND_THE_LIMIT -> rawHead(stream, HeaderBlock.sizeUpdate(Integer.MAX_VALUE));
            case FIELD_CUT -> rawHead(stream, Bytes.join(encoded(STATUS), Bytes.of(0, 100, 'a')));
            case NUMBER_WITHOUT_END ->
                rawHead(stream, Bytes.of(0xFF, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255));
            case CLOSED_IN_THE_RESPONSE, RECORD_OF_NO_TYPE, RECORD_NOT_AUTHENTIC -> List.of();
        };
    }

    private static byte[] anothers() {
        return new Story(9, 0, Form.EVENTS).content();
    }

    private static List<Frame> head(int stream, Field... fields) {
        return block(stream, false, fields);
    }

    private static List<Frame> block(int stream, boolean last, Field... fields) {
        return Frame.headers(stream, encoded(fields), List.of(), 1, -1, false, last);
    }

    private static List<Frame> rawHead(int stream, byte[] block) {
        return Frame.headers(stream, block, List.of(), 1, -1, false, false);
    }

    private static List<Frame> interrupted(int stream, Frame frame) {
        return List.of(
                new Frame(Frame.HEADERS, 0, stream, encoded(STATUS)),
                frame,
                new Frame(Frame.CONTINUATION, Frame.END_HEADERS, stream, encoded(TYPE)));
    }

    private static List<Frame> setting(int id, int value) {
        return List.of(Frame.settings(List.of(new Http2Opening.Setting(id, value))));
    }

    private static byte[] request() {
        return encoded(
                new Field(":method", "GET"),
                new Field(":scheme", "https"),
                new Field(":authority", "localhost"),
                new Field(":path", "/pushed"));
    }

    private static byte[] encoded(Field... fields) {
        return HeaderBlock.of(HeaderBlock.Style.WITHOUT_INDEXING, List.of(fields));
    }

    /** @param contentBefore how many bytes of the content came before the fault */
    record Broken(List<Step> steps, int contentBefore) {}
}
