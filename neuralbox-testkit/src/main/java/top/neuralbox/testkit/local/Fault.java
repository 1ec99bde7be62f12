package top.neuralbox.testkit.local;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.server.ScriptedServer;

/**
 * One way in which {@link LocalNeuralBox} misbehaves while it answers a request. Several together make one answer:
 * {@code misbehave(Fault.splitEvery(3), Fault.cutAfter(100))}. Immutable.
 *
 * <p>Positions count bytes of the response body, without its transfer coding. A position that the body does not reach
 * has no effect.
 *
 * @since 0.1.0
 */
public final class Fault {

    private final String description;
    private final Consumer<AnswerPlan> change;

    private Fault(String description, Consumer<AnswerPlan> change) {
        this.description = description;
        this.change = change;
    }

    /**
     * Answers any request with this status, these header fields and this body, in place of the service's own. For a head that
     * no server should send, see {@link ScriptedServer}.
     *
     * @param status 100 to 999
     * @param headers names that are RFC 9110 tokens, and values of one line
     */
    public static Fault answer(int status, Map<String, String> headers, byte[] body) {
        require(status >= 100 && status <= 999, "status must lie between 100 and 999: " + status);
        headers.forEach((name, value) -> {
            require(
                    !name.isEmpty() && name.chars().allMatch(Fault::isTokenCharacter),
                    "the name of a header must be an RFC 9110 token: " + name);
            require(value.chars().allMatch(c -> c >= ' '), "header " + name + " must be one line");
        });
        AnswerPlan.Canned canned = new AnswerPlan.Canned(status, headers, body);
        return new Fault("answers " + status, plan -> plan.canned = canned);
    }

    /** Answers with this status and a documented error body, for example 503 and {@code model_unavailable}. */
    public static Fault refuse(int status, String code, String message) {
        return json(new Refusal(status, code, message));
    }

    /**
     * Answers 429 {@code rate_limit_exceeded}.
     *
     * @param retryAfter not negative; sent as {@code retry_after}, in whole seconds, rounded up
     */
    public static Fault rateLimited(Duration retryAfter) {
        require(!retryAfter.isNegative(), "retryAfter must not be negative: " + retryAfter);
        long seconds = retryAfter.toSeconds();
        boolean up = retryAfter.toNanosPart() > 0 && seconds < Long.MAX_VALUE;
        return json(Refusal.rateLimited(up ? seconds + 1 : seconds));
    }

    /** Closes the connection (FIN) before the response head. */
    public static Fault closeBeforeHead() {
        return new Fault("closes before the head", plan -> plan.beforeHead = AnswerPlan.Stop.CLOSE);
    }

    /** Resets the connection (RST) before the response head. */
    public static Fault resetBeforeHead() {
        return new Fault("resets before the head", plan -> plan.beforeHead = AnswerPlan.Stop.RESET);
    }

    /** Holds the response head back until the client leaves. */
    public static Fault stallBeforeHead() {
        return stallBeforeHead(new Gate());
    }

    /** Holds the response head back until the gate opens or the client leaves. */
    public static Fault stallBeforeHead(Gate gate) {
        Objects.requireNonNull(gate, "gate");
        return new Fault("stalls before the head", plan -> {
            plan.beforeHead = AnswerPlan.Stop.WAIT;
            plan.headGate = gate;
        });
    }

    /**
     * Closes the connection (FIN) after this many bytes of the body, with no sign of the body's end.
     *
     * @param bodyBytes at least 0
     */
    public static Fault cutAfter(long bodyBytes) {
        return stopAfter("cuts", bodyBytes, AnswerPlan.Stop.CLOSE, new Gate());
    }

    /**
     * Resets the connection (RST) after this many bytes of the body. The client may lose bytes that it has not read yet.
     *
     * @param bodyBytes at least 0
     */
    public static Fault resetAfter(long bodyBytes) {
        return stopAfter("resets", bodyBytes, AnswerPlan.Stop.RESET, new Gate());
    }

    /**
     * Sends nothing more after this many bytes of the body, until the client leaves.
     *
     * @param bodyBytes at least 0
     */
    public static Fault stallAfter(long bodyBytes) {
        return stallAfter(bodyBytes, new Gate());
    }

    /**
     * Sends nothing more after this many bytes of the body, until the gate opens or the client leaves.
     *
     * @param bodyBytes at least 0
     */
    public static Fault stallAfter(long bodyBytes, Gate gate) {
        return stopAfter("stalls", bodyBytes, AnswerPlan.Stop.WAIT, Objects.requireNonNull(gate, "gate"));
    }

    /**
     * Writes the body in pieces of at most this many bytes, each as a chunk and a TCP segment of its own. With 1, it writes
     * byte by byte.
     *
     * @param bytes at least 1
     */
    public static Fault splitEvery(int bytes) {
        require(bytes >= 1, "bytes must be at least 1: " + bytes);
        return new Fault("splits every " + bytes + " bytes", plan -> plan.splitEvery = bytes);
    }

    /**
     * Fails the generation: an {@code error} event after this many deltas, or status {@code failed} in an answer that does not
     * stream. It costs nothing.
     *
     * @param deltas at least 0; if greater than the number of deltas, the generation fails in place of {@code generation_end}
     */
    public static Fault fail(int deltas, String message) {
        require(deltas >= 0, "deltas must be at least 0: " + deltas);
        Objects.requireNonNull(message, "message");
        return new Fault("fails after " + deltas + " deltas", plan -> {
            plan.failAfterDeltas = deltas;
            plan.failure = message;
        });
    }

    /**
     * Leaves out {@code generation_end} of a stream; the generation is not charged. {@code [DONE]} still follows. Has no effect
     * on an answer that does not stream.
     */
    public static Fault withoutEnd() {
        return new Fault("leaves out generation_end", plan -> plan.withoutEnd = true);
    }

    /** Leaves out {@code [DONE]}: the body ends properly after {@code generation_end}. */
    public static Fault withoutDone() {
        return new Fault("leaves out [DONE]", plan -> plan.withoutDone = true);
    }

    /** Holds the response open after its last event, until the client leaves. */
    public static Fault heldOpen() {
        return new Fault("holds the response open", plan -> plan.heldOpen = true);
    }

    /** Repeats the deltas until the client leaves. */
    public static Fault endless() {
        return new Fault("never ends", plan -> plan.endless = true);
    }

    /**
     * Writes a comment before each event, as services do to keep a connection alive (WHATWG HTML, section 9.2.7).
     *
     * @param comment without a line break
     */
    public static Fault commented(String comment) {
        require(comment.indexOf('\n') < 0 && comment.indexOf('\r') < 0, "comment must be one line");
        return new Fault("writes comments", plan -> plan.comment = comment);
    }

    @Override
    public String toString() {
        return description;
    }

    void applyTo(AnswerPlan plan) {
        change.accept(plan);
    }

    private static Fault json(Refusal refusal) {
        return answer(refusal.status(), refusal.headers(), refusal.json());
    }

    private static Fault stopAfter(String verb, long bodyBytes, AnswerPlan.Stop stop, Gate gate) {
        require(bodyBytes >= 0, "bodyBytes must be at least 0: " + bodyBytes);
        return new Fault(verb + " after " + bodyBytes + " bytes", plan -> {
            plan.stopAt = bodyBytes;
            plan.stop = stop;
            plan.bodyGate = gate;
        });
    }

    /** RFC 9110, section 5.6.2. */
    private static boolean isTokenCharacter(int c) {
        return c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
