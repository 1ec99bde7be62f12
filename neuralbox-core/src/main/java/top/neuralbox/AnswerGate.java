package top.neuralbox;

import org.jspecify.annotations.Nullable;
import top.neuralbox.json.MalformedJsonException;

/**
 * Classifies an answer that came in one piece of JSON. If a stream was requested, a text is passed on as if it had been
 * streamed, because it was paid for. A media result, or a pending one, fails as not a stream (wire contract, part A).
 */
final class AnswerGate {

    /** The class of an answer. */
    sealed interface Verdict {}

    /** A result, or a pending one, of the kind that was requested. */
    record Accepted(Answer answer) implements Verdict {}

    /** A result, or a pending one, of a model that does not stream. */
    record NotAStream(Answer answer, String message) implements Verdict {}

    /** A failure, or an answer that cannot be used. */
    record Failed(Failure reason) implements Verdict {}

    private AnswerGate() {}

    /** Classifies the answer of a call. {@code stream} says whether the call requested a stream. */
    static Verdict judge(byte[] body, boolean stream, Redaction redaction) {
        Answer answer;
        try {
            answer = AnswerDecoder.decode(body, redaction);
        } catch (MalformedJsonException e) {
            return new Failed(cut("cannot be read: " + e.getMessage(), e));
        }
        Failure failure = failure(answer);
        if (failure != null) {
            return new Failed(failure);
        }
        if (saysNothing(answer)) {
            return new Failed(unreadable("does not describe a generation", answer));
        }
        if (answer.pending() && (answer.id() == null || !Endpoint.isSegment(answer.id()))) {
            return new Failed(unreadable("is pending, but has no usable id", answer));
        }
        if (!stream || (answer.text() != null && answer.url() == null && !answer.pending())) {
            return new Accepted(answer);
        }
        return new NotAStream(answer, String.valueOf(redaction.of(sentence(answer))));
    }

    /**
     * The failure that an answer reports, or is; null if it is a result or a pending one. A documented {@code status} decides
     * (wire contract, part B). Without one, the other fields decide.
     */
    static @Nullable Failure failure(Answer answer) {
        if (answer.failed()) {
            return facts -> ServiceFailures.failedAnswer(answer, facts);
        }
        if (answer.failedUndocumented()) {
            return facts -> ServiceFailures.undocumented(answer, facts);
        }
        if (answer.completed() && !answer.hasResult()) {
            String error = answer.error().message();
            String said = error == null || error.isBlank() ? "" : " (error: " + Excerpt.of(error) + ")";
            return unreadable("says completed, but has neither a text nor a URL" + said, answer);
        }
        return null;
    }

    /** Whether an answer has neither an id, nor a status, nor a result. */
    static boolean saysNothing(Answer answer) {
        return answer.id() == null && answer.status() == null && !answer.hasResult();
    }

    /** The failure of an answer that cannot be used, but may hold an id and a bill. */
    private static Failure unreadable(String why, Answer answer) {
        return facts -> {
            CallFacts known = facts.with(answer);
            return new UnexpectedResponseException(
                    UnexpectedResponseException.Reason.CONTENT,
                    known.pointing("the answer in JSON " + why),
                    null,
                    known);
        };
    }

    /** These facts, with what an answer says that has arrived whole or in part. */
    static CallFacts known(byte[] body, Redaction redaction, CallFacts facts) {
        Answer whole;
        try {
            whole = AnswerDecoder.decode(body, redaction);
        } catch (MalformedJsonException cut) {
            return begun(body, redaction, facts);
        }
        Failure failure = failure(whole);
        if (failure == null) {
            return facts.with(whole);
        }
        NeuralBoxException told = failure.in(facts);
        return facts.with(told.partial()).with(told.billingState(), facts.retryAfter());
    }

    private static CallFacts begun(byte[] body, Redaction redaction, CallFacts facts) {
        PartialGeneration begun = AnswerDecoder.begun(body, redaction);
        boolean saysNothing = begun.id() == null && begun.model() == null && begun.billing() == null;
        return saysNothing ? facts : facts.with(begun);
    }

    /** The failure of a generation's answer that cannot be read to its end. It points to the id that the answer began with. */
    static Failure cut(String why, @Nullable Throwable cause) {
        return facts -> new UnexpectedResponseException(
                UnexpectedResponseException.Reason.CONTENT, facts.pointing("the answer in JSON " + why), cause, facts);
    }

    /** The failure of an answer that cannot be used. */
    static Failure unreadable(String why, @Nullable Throwable cause) {
        return facts -> new UnexpectedResponseException(
                UnexpectedResponseException.Reason.CONTENT, "the answer in JSON " + why, cause, facts);
    }

    private static String sentence(Answer answer) {
        String model = answer.model() == null ? "the model" : "model " + Excerpt.of(answer.model());
        String result = answer.url() != null
                ? "its result is at url()"
                : "its result is pending: pass answer() to NeuralBox.await";
        return model + " does not stream; " + result;
    }
}
