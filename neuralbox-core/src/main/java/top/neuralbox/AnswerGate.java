package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * Looks at an answer that came in one piece of JSON. Where a stream was asked for, a text was paid for and is passed on as
 * if it had been streamed, and a media result, or the promise of one, is no stream (wire contract, part A).
 */
final class AnswerGate {

    /** Hears what an answer is; of one of these. */
    interface Target {

        /** A result, or the promise of one, of the kind that was asked for. */
        void accepted(Answer answer);

        /** A result, or the promise of one, of a model that does not stream. */
        void notAStream(Answer answer, String message);

        void failed(Failure failure);
    }

    private AnswerGate() {}

    /** Looks at the answer of a call that asked for a stream, or did not. */
    static void pass(byte[] body, boolean stream, Target target, ServiceError.Redaction redaction) {
        Answer answer;
        try {
            answer = AnswerDecoder.decode(body, 0, body.length).redacted(redaction);
        } catch (MalformedEventException e) {
            target.failed(unreadable("cannot be read: " + e.getMessage(), e));
            return;
        }
        Failure failure = failure(answer);
        if (failure != null) {
            target.failed(failure);
        } else if (answer.id() == null && answer.status() == null && !answer.hasResult()) {
            target.failed(unreadable("is not that of a generation", answer));
        } else if (answer.pending() && (answer.id() == null || !Endpoint.isSegment(answer.id()))) {
            target.failed(unreadable("promises a result, but names no id to ask for it by", answer));
        } else if (!stream || (answer.text() != null && answer.url() == null && !answer.pending())) {
            target.accepted(answer);
        } else {
            target.notAStream(answer, String.valueOf(redaction.of(sentence(answer))));
        }
    }

    /**
     * The failure that an answer tells of, or is; null if it is a result or the promise of one. What {@code status} says decides
     * (wire contract, part B); only where it says nothing that is documented, what else is there does.
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

    /** The failure of an answer of which nothing can be made, but which may hold a name and a bill. */
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

    /** The failure of an answer of which nothing can be made. */
    static Failure unreadable(String why, @Nullable Throwable cause) {
        return facts -> new UnexpectedResponseException(
                UnexpectedResponseException.Reason.CONTENT, "the answer in JSON " + why, cause, facts);
    }

    private static String sentence(Answer answer) {
        String model = answer.model() == null ? "the model" : "model " + Excerpt.of(answer.model());
        String result = answer.url() != null
                ? "its result is at url()"
                : "its generation is " + Excerpt.of(String.valueOf(answer.status())) + "; ask for it by id()";
        return model + " does not stream; " + result;
    }
}
