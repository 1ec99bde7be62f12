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
        if (answer.error() != null || "failed".equals(answer.status())) {
            ServiceError error = new ServiceError(null, answer.error(), null, null, answer.json()).redacted(redaction);
            target.failed(facts -> ServiceFailures.failedAnswer(error, facts));
        } else if (answer.id() == null && answer.status() == null && answer.text() == null && answer.url() == null) {
            target.failed(unreadable("is not that of a generation", null));
        } else if (answer.pending() && (answer.id() == null || !Endpoint.isSegment(answer.id()))) {
            target.failed(unreadable("promises a result, but names no id to ask for it by", null));
        } else if (!stream || (answer.text() != null && answer.url() == null && !answer.pending())) {
            target.accepted(answer);
        } else {
            target.notAStream(answer, String.valueOf(redaction.of(sentence(answer))));
        }
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
