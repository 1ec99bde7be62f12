package top.neuralbox.testkit.local;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.json.PlainJson;

/**
 * The body of a generate request, checked as the service checks it. A missing field is a bad request. Wrong fields are a
 * validation error that names each of them. Fields that the wire contract does not know are ignored.
 *
 * @param model the model's slug; null if an assistant answers
 * @param prompt the field of that name, or the user's last message
 * @param maxTokens the largest number of deltas to send; null for all
 * @param stream whether events are asked for
 */
record GenerateBody(
        @Nullable String model, String prompt, @Nullable Integer maxTokens, boolean stream) {

    private static final Set<String> ROLES = Set.of("system", "user", "assistant");
    private static final BigDecimal HOTTEST = BigDecimal.valueOf(2);

    static GenerateBody parse(byte[] bytes) throws Refusal {
        return new Check(object(bytes)).body();
    }

    private static Map<?, ?> object(byte[] bytes) throws Refusal {
        try {
            if (PlainJson.read(bytes) instanceof Map<?, ?> object) {
                return object;
            }
        } catch (IOException e) {
            // Thrown below: the parser's own message would quote the body.
        }
        throw new Refusal(400, "bad_request", "The body is not a JSON object.");
    }

    /** One pass over the fields, which collects the error of each. */
    private static final class Check {

        private final Map<?, ?> object;
        private final Map<String, String> wrong = new LinkedHashMap<>();

        Check(Map<?, ?> object) {
            this.object = object;
        }

        GenerateBody body() throws Refusal {
            requireOneOf("model", "assistant_id");
            requireOneOf("messages", "prompt");
            String model = text("model");
            text("assistant_id");
            text("system");
            checkTemperature();
            Integer maxTokens = maxTokens();
            boolean stream = flag("stream");
            String prompt = has("messages") ? lastOfUser() : text("prompt");
            if (has("params") && !(object.get("params") instanceof Map)) {
                wrong.put("params", "must be an object");
            }
            if (!wrong.isEmpty()) {
                throw new Refusal(422, "validation_error", "The body does not match the schema.", wrong);
            }
            return new GenerateBody(model, prompt == null ? "" : prompt, maxTokens, stream);
        }

        private void requireOneOf(String first, String second) throws Refusal {
            if (!has(first) && !has(second)) {
                throw new Refusal(400, "bad_request", "Either " + first + " or " + second + " is required.");
            }
            if (has(first) && has(second)) {
                wrong.put(second, "must not be set together with " + first);
            }
        }

        private boolean has(String field) {
            return object.get(field) != null;
        }

        private @Nullable String text(String field) {
            if (!has(field)) {
                return null;
            }
            if (object.get(field) instanceof String text && (!text.isBlank() || field.equals("system"))) {
                return text;
            }
            wrong.put(field, "must be a string that is not blank");
            return null;
        }

        private boolean flag(String field) {
            if (!has(field)) {
                return false;
            }
            if (object.get(field) instanceof Boolean flag) {
                return flag;
            }
            wrong.put(field, "must be true or false");
            return false;
        }

        private void checkTemperature() {
            if (has("temperature")
                    && !(object.get("temperature") instanceof BigDecimal temperature
                            && temperature.signum() >= 0
                            && temperature.compareTo(HOTTEST) <= 0)) {
                wrong.put("temperature", "must be a number from 0.0 to 2.0");
            }
        }

        private @Nullable Integer maxTokens() {
            if (!has("max_tokens")) {
                return null;
            }
            try {
                if (object.get("max_tokens") instanceof BigDecimal number && number.signum() > 0) {
                    return number.intValueExact();
                }
            } catch (ArithmeticException e) {
                // A fraction, or beyond an int: wrong like any other value.
            }
            wrong.put("max_tokens", "must be a positive integer or null");
            return null;
        }

        private @Nullable String lastOfUser() {
            if (!(object.get("messages") instanceof List<?> messages) || messages.isEmpty()) {
                wrong.put("messages", "must be an array that is not empty");
                return null;
            }
            String last = null;
            for (int i = 0; i < messages.size(); i++) {
                String field = "messages[" + i + "]";
                if (!(messages.get(i) instanceof Map<?, ?> message)) {
                    wrong.put(field, "must be an object");
                    continue;
                }
                if (!(message.get("role") instanceof String role && ROLES.contains(role))) {
                    wrong.put(field + ".role", "must be system, user or assistant");
                }
                if (!(message.get("content") instanceof String content)) {
                    wrong.put(field + ".content", "must be a string");
                } else if ("user".equals(message.get("role"))) {
                    last = content;
                }
            }
            return last;
        }
    }
}
