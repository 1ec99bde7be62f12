package top.neuralbox.sse;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import top.neuralbox.bytes.NaiveUtf8;
import top.neuralbox.sse.RecordedEvents.Event;
import top.neuralbox.sse.RecordedEvents.Outcome;

/**
 * The standard read aloud, sections 9.2.5 and 9.2.6: decode all of it, split it into lines, interpret them. It cares for
 * nothing but being right.
 */
final class NaiveEventStream {

    private static final Pattern LINE = Pattern.compile("([^\r\n]*)(\r\n|\r|\n)");

    private final List<Event> events = new ArrayList<>();
    private String data = "";
    private String eventType = "";
    private String lastEventIdBuffer = "";
    private String lastEventId = "";
    private Long retryMillis;

    private NaiveEventStream() {}

    static Outcome interpret(byte[] stream) {
        String text = NaiveUtf8.decode(stream);
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        NaiveEventStream model = new NaiveEventStream();
        Matcher lines = LINE.matcher(text);
        while (lines.find()) {
            model.line(lines.group(1));
        }
        return new Outcome(model.events, model.retryMillis, model.lastEventId);
    }

    private void line(String line) {
        int colon = line.indexOf(':');
        if (line.isEmpty()) {
            dispatch();
        } else if (colon < 0) {
            field(line, "");
        } else if (colon > 0) {
            String value = line.substring(colon + 1);
            field(line.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
        }
    }

    private void field(String name, String value) {
        switch (name) {
            case "event" -> eventType = value;
            case "data" -> data += value + "\n";
            case "id" -> lastEventIdBuffer = value.contains("\0") ? lastEventIdBuffer : value;
            case "retry" -> retryMillis = value.matches("[0-9]+") ? Long.valueOf(millis(value)) : retryMillis;
            default -> {}
        }
    }

    private void dispatch() {
        lastEventId = lastEventIdBuffer;
        if (!data.isEmpty()) {
            String type = eventType.isEmpty() ? "message" : eventType;
            events.add(new Event(type, data.substring(0, data.length() - 1), lastEventId));
        }
        data = "";
        eventType = "";
    }

    private static long millis(String digits) {
        return new BigInteger(digits).min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }
}
