package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * Looks at an answer that came in one piece of JSON although a stream was asked for: a text was paid for and is passed on
 * as if it had been streamed; a media result, or the promise of one, is no stream (wire contract, part A).
 */
final class AnswerGate {

    private AnswerGate() {}

    static void pass(byte[] body, RetryLoop.Target target, ServiceError.Redaction redaction) {
        Answer answer;
        try {
            answer = AnswerDecoder.decode(body, 0, body.length);
        } catch (MalformedEventException e) {
            target.failed(unreadable("cannot be read: " + e.getMessage(), e));
            return;
        }
        if (answer.error() != null || "failed".equals(answer.status())) {
            ServiceError error = new ServiceError(null, answer.error(), null, null, answer.json()).redacted(redaction);
            target.failed(facts -> ServiceFailures.midStream(error, facts));
        } else if (answer.id() == null && answer.status() == null && answer.text() == null && answer.url() == null) {
            target.failed(unreadable("is not that of a generation", null));
        } else if (answer.text() != null && answer.url() == null && !"pending".equals(answer.status())) {
            target.answered(answer);
        } else {
            String message = String.valueOf(redaction.of(sentence(answer)));
            target.failed(facts -> new NotAStreamException(message, answer, facts.with(answer)));
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
