package top.neuralbox;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.json.MalformedJsonException;

/**
 * The balance of the account, as the service reported it at one moment. Figures are credits, exact. A value that the service
 * left out, or wrote as another type, is null. Immutable.
 *
 * @since 0.1.0
 */
public final class Balance {

    private final Fields fields = new Fields();
    private final RateLimits rateLimits;
    private final String json;

    Balance(byte[] body, ResponseContext response) throws MalformedJsonException {
        json = response.redaction()
                .ofText(JsonObjectReader.read(
                        body, 0, body.length, (name, reader) -> fields.take(name, reader, response.redaction())));
        rateLimits = response.rateLimits();
    }

    /** All credits that are left; {@code token_balance} on the wire. */
    public @Nullable BigDecimal credits() {
        return fields.credits;
    }

    /** The remaining credits that came with the plan; {@code plan_tokens_remaining} on the wire. */
    public @Nullable BigDecimal planCredits() {
        return fields.planCredits;
    }

    /** The remaining credits that were a bonus; {@code bonus_tokens} on the wire. */
    public @Nullable BigDecimal bonusCredits() {
        return fields.bonusCredits;
    }

    /** The plan's name, for example {@code vip}. */
    public @Nullable String plan() {
        return fields.plan;
    }

    /** When the plan ends; null for a plan that does not end. */
    public @Nullable Instant planExpiresAt() {
        return fields.planExpiresAt;
    }

    /** When the account next receives credits; {@code next_refill_at} on the wire. */
    public @Nullable Instant nextRefillAt() {
        return fields.nextRefillAt;
    }

    /** The account's rate limits, as the response reported them; a figure that it did not report is null. */
    public RateLimits rateLimits() {
        return rateLimits;
    }

    /** The whole answer as it came. */
    public String json() {
        return json;
    }

    @Override
    public String toString() {
        return "Balance[credits=" + credits() + ", plan=" + plan() + "]";
    }

    /** What was read (wire contract, part B). Nothing writes to it after the constructor. */
    private static final class Fields {

        private @Nullable BigDecimal credits;
        private @Nullable BigDecimal planCredits;
        private @Nullable BigDecimal bonusCredits;
        private @Nullable String plan;
        private @Nullable Instant planExpiresAt;
        private @Nullable Instant nextRefillAt;

        void take(String name, JsonObjectReader reader, Redaction redaction) throws MalformedJsonException {
            switch (name) {
                case "token_balance" -> credits = reader.number();
                case "plan_tokens_remaining" -> planCredits = reader.number();
                case "bonus_tokens" -> bonusCredits = reader.number();
                case "plan" -> plan = redaction.ofName(reader.text());
                case "plan_expires_at" -> planExpiresAt = instant(reader.text());
                case "next_refill_at" -> nextRefillAt = instant(reader.text());
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
}
