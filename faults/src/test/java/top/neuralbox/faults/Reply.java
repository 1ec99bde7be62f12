package top.neuralbox.faults;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import top.neuralbox.testkit.Gate;

/** A server's actions for one request, step by step, in any version of HTTP. Immutable. */
record Reply(List<Step> steps) {

    static final String CLOSE = "Connection";
    static final String START = "{\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}";
    static final String DELTA = "{\"type\": \"content_delta\", \"delta\": \"Here\"}";
    static final String END =
            "{\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3, \"balance_remaining\": 297}";
    static final String DONE = "[DONE]";

    /** One action. */
    sealed interface Step {}

    record Head(int status, Map<String, String> fields) implements Step {}

    record Data(byte[] bytes) implements Step {}

    record Forever(byte[] bytes) implements Step {}

    record Await(Gate gate) implements Step {}

    record End() implements Step {}

    /** Sends nothing more, until the client gives up. */
    record Hold() implements Step {}

    /** Closes the connection in good order for TCP, in the middle of the response. */
    record Close() implements Step {}

    /** A TCP reset, or RST_STREAM with this code. */
    record Reset(long code) implements Step {}

    /** GOAWAY with the stream of this request as the last; HTTP/2 only. */
    record GoAway() implements Step {}

    Reply {
        steps = List.copyOf(steps);
    }

    /** A whole generation in good order. */
    static Reply whole() {
        return events(START, DELTA, END, DONE);
    }

    /** A whole generation, after which HTTP/1.1 closes the connection; HTTP/2 has no such field and ignores it. */
    static Reply last() {
        return head(200, "Content-Type", "text/event-stream", CLOSE, "close")
                .data(sse(START, DELTA, END, DONE))
                .end();
    }

    /** A stream of these events that ends in good order. */
    static Reply events(String... data) {
        return stream(sse(data)).end();
    }

    /** A stream that has sent so much, and goes on with what the builder is told. */
    static Builder stream(String text) {
        return head(200, "Content-Type", "text/event-stream").data(text);
    }

    static Reply json(int status, String body, String... fields) {
        String[] all = Arrays.copyOf(fields, fields.length + 2);
        all[fields.length] = "Content-Type";
        all[fields.length + 1] = "application/json";
        return head(status, all).data(body).end();
    }

    static Reply html(int status, String body, String... fields) {
        String[] all = Arrays.copyOf(fields, fields.length + 2);
        all[fields.length] = "Content-Type";
        all[fields.length + 1] = "text/html";
        return head(status, all).data(body).end();
    }

    /** An error answer as the service documents it. */
    static Reply refusal(int status, String code) {
        return json(status, "{\"error\": \"" + code + "\", \"message\": \"said so\", \"details\": {}}");
    }

    static Builder head(int status, String... namesAndValues) {
        return new Builder().head(status, namesAndValues);
    }

    static Builder nothing() {
        return new Builder();
    }

    static String sse(String... data) {
        StringBuilder text = new StringBuilder();
        for (String one : data) {
            text.append("data: ").append(one).append("\n\n");
        }
        return text.toString();
    }

    /** Whether HTTP/1.1 may use the connection again. */
    boolean isComplete() {
        return steps.get(steps.size() - 1) instanceof End;
    }

    /** Collects the steps. Each of the last four methods ends the reply. */
    static final class Builder {

        private final List<Step> steps = new ArrayList<>();

        private Builder() {}

        Builder head(int status, String... namesAndValues) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                fields.put(namesAndValues[i], namesAndValues[i + 1]);
            }
            return step(new Head(status, fields));
        }

        Builder data(String text) {
            return data(text.getBytes(StandardCharsets.UTF_8));
        }

        Builder data(byte[] bytes) {
            return bytes.length == 0 ? this : step(new Data(bytes));
        }

        Builder await(Gate gate) {
            return step(new Await(gate));
        }

        Builder goAway() {
            return step(new GoAway());
        }

        Reply forever(String text) {
            return last(new Forever(text.getBytes(StandardCharsets.UTF_8)));
        }

        Reply end() {
            return last(new End());
        }

        Reply hold() {
            return last(new Hold());
        }

        Reply close() {
            return last(new Close());
        }

        Reply reset(long code) {
            return last(new Reset(code));
        }

        private Reply last(Step step) {
            return new Reply(step(step).steps);
        }

        private Builder step(Step step) {
            steps.add(step);
            return this;
        }
    }
}
