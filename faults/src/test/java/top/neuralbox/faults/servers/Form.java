package top.neuralbox.faults.servers;

/**
 * The form in which a server sends a generation: a stream of events, or one piece of JSON.
 *
 * @param spelling the names of the fields in the piece of JSON
 * @param error an additional field of the piece, without a meaning for a completed generation; may be empty
 */
public record Form(Spelling spelling, String error) {

    /** The names of the fields (wire contract, part B). */
    public enum Spelling {
        EVENTS("", "", ""),
        SYNCHRONOUS("model", "content", "tokens_used"),
        POLLED("model_slug", "result_text", "tokens_spent");

        private final String model;
        private final String text;
        private final String tokens;

        Spelling(String model, String text, String tokens) {
            this.model = model;
            this.text = text;
            this.tokens = tokens;
        }
    }

    /** The form of the plain server. */
    public static final Form EVENTS = new Form(Spelling.EVENTS, "");

    public boolean isEvents() {
        return spelling == Spelling.EVENTS;
    }

    /** The media type of the content. */
    String type() {
        return isEvents() ? "text/event-stream" : "application/json";
    }

    /** The piece of JSON. */
    String json(String id, String text, int tokens, int balance) {
        return "{\"id\": \"" + id + "\", \"status\": \"completed\", \"" + spelling.model + "\": \"gpt-5\", " + error
                + "\""
                + spelling.text + "\": \"" + text + "\", \"" + spelling.tokens + "\": " + tokens
                + ", \"balance_remaining\": " + balance + "}";
    }

    @Override
    public String toString() {
        return isEvents() ? "events" : "one piece of JSON, " + spelling + " " + error;
    }
}
