package top.neuralbox.relay;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import top.neuralbox.Billing;
import top.neuralbox.GenerationEvent;
import top.neuralbox.sse.EventStreamWriter;

/** Encodes the events that a relay's reader may see, in the service's own format (wire contract, part A). Not thread-safe. */
final class RelayEncoder {

    private static final String DONE = "[DONE]";

    private final boolean billing;
    private final boolean unknownEvents;
    private final EventStreamWriter writer = new EventStreamWriter();

    RelayEncoder(boolean billing, boolean unknownEvents) {
        this.billing = billing;
        this.unknownEvents = unknownEvents;
    }

    /** Encodes an event; null if the reader must not see it. */
    @Nullable
    ByteBuffer event(GenerationEvent event) {
        if (event instanceof GenerationEvent.Delta delta) {
            return RelayedDelta.event(delta.text());
        }
        if (event instanceof GenerationEvent.Start start) {
            return data(
                    named(typed("generation_start"), start.id(), start.model()).end());
        }
        if (event instanceof GenerationEvent.End end) {
            return data(billed(named(typed("generation_end"), end.id(), null), end.billing())
                    .end());
        }
        if (unknownEvents && event instanceof GenerationEvent.Unknown unknown) {
            // A line break in JSON is white space. One event is one line, because some readers support no more.
            return data(unknown.json().replace('\n', ' ').replace('\r', ' '));
        }
        return null;
    }

    ByteBuffer failure(RelayFailure failure) {
        return data(typed("error")
                .string("code", failure.code())
                .string("message", failure.message())
                .end());
    }

    ByteBuffer done() {
        return data(DONE);
    }

    /** A comment, with a blank line after it for readers that split a stream at blank lines. */
    ByteBuffer keepAlive() {
        return ByteBuffer.wrap(writer.comment("").dispatch().drain());
    }

    private JsonText billed(JsonText json, Billing figures) {
        if (billing) {
            number(json, "tokens_used", figures.creditsUsed());
            number(json, "balance_remaining", figures.balanceRemaining());
        }
        return json;
    }

    private ByteBuffer data(String json) {
        return ByteBuffer.wrap(writer.data(json).dispatch().drain());
    }

    private static JsonText typed(String type) {
        return new JsonText().string("type", type);
    }

    private static JsonText named(JsonText json, @Nullable String id, @Nullable String model) {
        if (id != null) {
            json.string("id", id);
        }
        if (model != null) {
            json.string("model", model);
        }
        return json;
    }

    /** Keeps exponents, which JSON allows: without one, 1E+999999999 would fill the memory. */
    private static void number(JsonText json, String name, @Nullable BigDecimal figure) {
        if (figure != null) {
            json.raw(name, figure);
        }
    }
}
