package top.neuralbox;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The fields of a balance and of a model (wire contract, part B). One that is missing or of another kind is null. */
final class AccountFields {

    @Nullable
    BigDecimal tokenBalance;

    @Nullable
    BigDecimal planTokensRemaining;

    @Nullable
    BigDecimal bonusTokens;

    @Nullable
    String plan;

    @Nullable
    Instant planExpiresAt;

    @Nullable
    Instant nextRefillAt;

    @Nullable
    String slug;

    @Nullable
    String name;

    @Nullable
    String category;

    @Nullable
    String provider;

    @Nullable
    String minPlan;

    @Nullable
    BigDecimal tokenCost;

    @Nullable
    BigDecimal minTokenCost;

    @Nullable
    BigDecimal maxTokenCost;

    @Nullable
    Boolean supportsStreaming;

    @Nullable
    String configJson;

    final String json;

    private AccountFields(String json) {
        this.json = json;
    }

    static Balance balance(byte[] body, RetryLoop sending) throws MalformedEventException {
        return new Balance(decode(body, sending::redacted), sending.rateLimits());
    }

    static Model model(byte[] body, RetryLoop sending) throws MalformedEventException {
        return new Model(decode(body, sending::redacted), sending.rateLimits());
    }

    private static AccountFields decode(byte[] body, ServiceError.Redaction redaction) throws MalformedEventException {
        int begin = Utf8.behindByteOrderMark(body, 0, body.length);
        AccountFields fields = new AccountFields(redaction.ofText(Utf8.text(body, begin, body.length)));
        JsonObjectReader reader = new JsonObjectReader();
        try {
            reader.open(body, begin, body.length);
            for (String field = reader.nextName(); field != null; field = reader.nextName()) {
                fields.take(field, reader);
            }
        } finally {
            reader.close();
        }
        fields.plan = redaction.ofName(fields.plan);
        fields.slug = redaction.ofName(fields.slug);
        fields.name = redaction.ofName(fields.name);
        fields.category = redaction.ofName(fields.category);
        fields.provider = redaction.ofName(fields.provider);
        fields.minPlan = redaction.ofName(fields.minPlan);
        fields.configJson = redaction.of(fields.configJson);
        return fields;
    }

    private void take(String field, JsonObjectReader reader) throws MalformedEventException {
        switch (field) {
            case "token_balance" -> tokenBalance = reader.number();
            case "plan_tokens_remaining" -> planTokensRemaining = reader.number();
            case "bonus_tokens" -> bonusTokens = reader.number();
            case "plan" -> plan = reader.text();
            case "plan_expires_at" -> planExpiresAt = instant(reader.text());
            case "next_refill_at" -> nextRefillAt = instant(reader.text());
            case "slug" -> slug = reader.text();
            case "name" -> name = reader.text();
            case "category" -> category = reader.text();
            case "provider" -> provider = reader.text();
            case "min_plan" -> minPlan = reader.text();
            case "token_cost" -> tokenCost = reader.number();
            case "min_token_cost" -> minTokenCost = reader.number();
            case "max_token_cost" -> maxTokenCost = reader.number();
            case "supports_streaming" -> supportsStreaming = reader.truth();
            case "config" -> configJson = reader.json();
            default -> {}
        }
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException noDate) {
            return null;
        }
    }
}
