package top.neuralbox.faults.servers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The generation that one caller asks for. Every server sends the same bytes as the content of the response if the form is the
 * same. Only the bytes around the content differ. The text names its caller, so that it cannot be confused with another
 * caller's text.
 *
 * @param caller the caller's number, from 0 on
 * @param filler how many additional characters the text has
 * @param form the form in which the server sends it; the caller does not choose it
 */
public record Story(int caller, int filler, Form form) {

    private static final int LONGEST_DELTA = 9_000;
    private static final Pattern ASKED = Pattern.compile("caller number (\\d+), \\d+ more");

    /** The caller's prompt, by which the server recognises it. */
    public String prompt() {
        return "caller number " + caller + ", " + filler + " more";
    }

    /** The number of the caller whose request this is. */
    static int callerOf(String requestBody) {
        Matcher matcher = ASKED.matcher(requestBody);
        if (!matcher.find()) {
            throw new IllegalArgumentException("a request that names no caller: " + requestBody);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** The same generation as a stream of events. */
    public Story asEvents() {
        return new Story(caller, filler, Form.EVENTS);
    }

    /** The whole text. */
    public String text() {
        return String.join("", deltas());
    }

    /** The text of this many events. */
    public String text(int events) {
        List<String> deltas = deltas();
        return String.join("", deltas.subList(0, Math.max(0, Math.min(events - 1, deltas.size()))));
    }

    /** The number of events up to and including {@code generation_end}. */
    public int events() {
        return deltas().size() + 2;
    }

    /** The number of complete events within this many bytes of the content. */
    public int eventsWithin(int bytes) {
        int events = 0;
        int end = 0;
        for (byte[] event : encoded()) {
            end += event.length;
            if (end > bytes) {
                break;
            }
            events++;
        }
        return Math.min(events, events());
    }

    /** The end of this many events in the content; -1 if the content has no events. */
    int endOf(int events) {
        if (!form.isEvents()) {
            return -1;
        }
        int end = 0;
        List<byte[]> all = encoded();
        for (int i = 0; i < Math.min(events, all.size()); i++) {
            end += all.get(i).length;
        }
        return end;
    }

    byte[] content() {
        return form.isEvents()
                ? Bytes.join(encoded())
                : form.json("gen_" + caller, text(), tokens(), balance()).getBytes(StandardCharsets.UTF_8);
    }

    private List<String> deltas() {
        List<String> deltas = new ArrayList<>(List.of("Dear ", "caller " + caller, ", viele Grüße", " und 你好"));
        for (int left = filler; left > 0; left -= LONGEST_DELTA) {
            deltas.add(String.valueOf((char) ('a' + caller)).repeat(Math.min(left, LONGEST_DELTA)));
        }
        deltas.add(". Yours, " + caller);
        return deltas;
    }

    private int tokens() {
        return 10 + caller;
    }

    private int balance() {
        return 300 - caller;
    }

    private List<byte[]> encoded() {
        List<String> data = new ArrayList<>();
        data.add("{\"type\": \"generation_start\", \"id\": \"gen_" + caller + "\", \"model\": \"gpt-5\"}");
        deltas().forEach(delta -> data.add("{\"type\": \"content_delta\", \"delta\": \"" + delta + "\"}"));
        data.add("{\"type\": \"generation_end\", \"id\": \"gen_" + caller + "\", \"tokens_used\": " + tokens()
                + ", \"balance_remaining\": " + balance() + "}");
        data.add("[DONE]");
        return data.stream()
                .map(one -> ("data: " + one + "\n\n").getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
