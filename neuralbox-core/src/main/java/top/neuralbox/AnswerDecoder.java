package top.neuralbox;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/** Decodes the answer that is not streamed (wire contract, part B). */
final class AnswerDecoder {

    private @Nullable String id;
    private @Nullable String status;
    private @Nullable String model;
    private @Nullable String modelSlug;
    private @Nullable String content;
    private @Nullable String resultText;
    private @Nullable String url;
    private @Nullable String resultUrl;
    private @Nullable String thumbnailUrl;
    private @Nullable String metadataJson;
    private final ErrorFields error = new ErrorFields();
    private final BillingFields billing = new BillingFields();
    private @Nullable BigDecimal progress;
    private @Nullable BigDecimal etaSeconds;

    private AnswerDecoder() {}

    /**
     * Decodes a body, and removes the key from what may be printed. A field that is missing or has another type is null.
     *
     * @throws MalformedJsonException if the body is not one whole JSON object
     */
    static Answer decode(byte[] body, Redaction redaction) throws MalformedJsonException {
        AnswerDecoder fields = new AnswerDecoder();
        String json = JsonObjectReader.read(body, 0, body.length, fields::take);
        return fields.answer(json, redaction);
    }

    /** Whether the body is one whole JSON object. No object is the beginning of another one. */
    static boolean isWhole(byte[] body) {
        try {
            String unused = JsonObjectReader.read(body, 0, body.length, (name, reader) -> {});
            return true;
        } catch (MalformedJsonException cut) {
            return false;
        }
    }

    /** Decodes the id, the model and the bill of a body that is not complete. A number at its end may be cut, and is left out. */
    static PartialGeneration begun(byte[] body, Redaction redaction) {
        int end = body.length;
        while (end > 0 && isOfNumber(body[end - 1])) {
            end--;
        }
        AnswerDecoder fields = new AnswerDecoder();
        try {
            String unused = JsonObjectReader.read(body, 0, end, fields::take);
        } catch (MalformedJsonException cut) {
            // The fields before the cut count.
        }
        Billing told = fields.billing.billing(fields.error.billing());
        BigDecimal cost = told.creditsUsed();
        // A zero may have another cost behind it, and that of a result which is not ready is not the last one.
        boolean isOver = fields.status == null || fields.status.equals("completed") || fields.status.equals("failed");
        boolean isFinal = cost != null && cost.signum() != 0 && isOver;
        Billing bill = isFinal ? told : Billing.of(null, told.balanceRemaining());
        return new PartialGeneration(
                redaction.ofName(fields.id),
                redaction.ofName(first(fields.model, fields.modelSlug)),
                "",
                true,
                bill.creditsUsed() == null && bill.balanceRemaining() == null ? null : bill);
    }

    private static boolean isOfNumber(byte b) {
        return (b >= '0' && b <= '9') || b == '.' || b == '-' || b == '+' || b == 'e' || b == 'E';
    }

    private void take(String name, JsonObjectReader reader) throws MalformedJsonException {
        switch (name) {
            case "id" -> id = reader.textOrDigits();
            case "status" -> status = reader.text();
            case "model" -> model = reader.text();
            case "model_slug" -> modelSlug = reader.text();
            case "content" -> content = reader.text();
            case "result_text" -> resultText = reader.text();
            case "url" -> url = reader.text();
            case "result_url" -> resultUrl = reader.text();
            case "thumbnail_url" -> thumbnailUrl = reader.text();
            case "result_metadata" -> metadataJson = reader.json();
            case "tokens_used", "tokens_spent", "balance_remaining" -> billing.field(name, reader);
            case "progress" -> progress = reader.number();
            case "eta_seconds" -> etaSeconds = reader.number();
            default -> error.field(name, reader);
        }
    }

    private Answer answer(String json, Redaction redaction) {
        return new Answer(
                redaction.ofName(id),
                redaction.ofName(status),
                redaction.ofName(first(model, modelSlug)),
                text(),
                first(notBlank(url), notBlank(resultUrl)),
                notBlank(thumbnailUrl),
                redaction.of(metadataJson),
                (status == null ? error.ofAnyObject(json) : error.ofAnswer(json)).redacted(redaction),
                error.hasError(),
                billing.billing(error.billing()),
                billing.mayHaveCost() || error.billing().mayHaveCost(),
                progress,
                etaSeconds,
                redaction.ofText(json));
    }

    /** The first text, unless it is empty: an empty text may mean none, so the second one then counts. */
    private @Nullable String text() {
        return content == null || (content.isEmpty() && resultText != null) ? resultText : content;
    }

    private static @Nullable String notBlank(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    private static @Nullable String first(@Nullable String one, @Nullable String other) {
        return one != null ? one : other;
    }
}
