package top.neuralbox;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads the answer that is not streamed (wire contract, part B). */
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
    private boolean costUsed;
    private boolean costSpent;
    private @Nullable BigDecimal tokensUsed;
    private @Nullable BigDecimal tokensSpent;
    private @Nullable BigDecimal balanceRemaining;
    private @Nullable BigDecimal progress;
    private @Nullable BigDecimal etaSeconds;

    private AnswerDecoder() {}

    /**
     * Reads a body. A field that is missing or of another kind is null.
     *
     * @throws MalformedEventException if the body is not one whole JSON object
     */
    static Answer decode(byte[] body, int offset, int length) throws MalformedEventException {
        int end = offset + length;
        int begin = Utf8.behindByteOrderMark(body, offset, end);
        AnswerDecoder fields = new AnswerDecoder();
        JsonObjectReader reader = new JsonObjectReader();
        try {
            reader.open(body, begin, end);
            for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                fields.take(name, reader);
            }
        } finally {
            reader.close();
        }
        return fields.answer(Utf8.text(body, begin, end));
    }

    private void take(String name, JsonObjectReader reader) throws MalformedEventException {
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
            case "tokens_used" -> {
                tokensUsed = reader.number();
                costUsed = mayBeCost(tokensUsed, reader);
            }
            case "tokens_spent" -> {
                tokensSpent = reader.number();
                costSpent = mayBeCost(tokensSpent, reader);
            }
            case "balance_remaining" -> balanceRemaining = reader.number();
            case "progress" -> progress = reader.number();
            case "eta_seconds" -> etaSeconds = reader.number();
            default -> error.field(name, reader);
        }
    }

    private Answer answer(String json) {
        return new Answer(
                id,
                status,
                first(model, modelSlug),
                text(),
                first(notBlank(url), notBlank(resultUrl)),
                notBlank(thumbnailUrl),
                metadataJson,
                status == null ? error.ofAnyObject(json) : error.ofAnswer(json),
                error.hasError(),
                Billing.of(tokensUsed != null ? tokensUsed : tokensSpent, balanceRemaining),
                costUsed || costSpent,
                progress,
                etaSeconds,
                json);
    }

    /** Of two texts, an empty one may stand for none. */
    private @Nullable String text() {
        return content == null || (content.isEmpty() && resultText != null) ? resultText : content;
    }

    /** Whether a figure that may be of another kind is anything but zero. */
    private static boolean mayBeCost(@Nullable BigDecimal figure, JsonObjectReader reader) {
        return figure == null ? !reader.isNull() : figure.signum() != 0;
    }

    private static @Nullable String notBlank(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    private static @Nullable String first(@Nullable String one, @Nullable String other) {
        return one != null ? one : other;
    }
}
