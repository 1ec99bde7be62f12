package top.neuralbox;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Looks at an answer that came in one piece of JSON although a stream was asked for: a text was paid for and is passed on
 * as if it had been streamed; a media result, or the promise of one, is no stream (wire contract, part A).
 */
final class AnswerGate {

    private AnswerGate() {}

    static void pass(byte[] body, RetryLoop.Target target, UnaryOperator<ServiceError> redaction) {
        Answer answer;
        try {
            answer = AnswerDecoder.decode(body, 0, body.length);
        } catch (MalformedEventException e) {
            target.failed(unreadable("cannot be read: " + e.getMessage(), e));
            return;
        }
        if (answer.error() != null || "failed".equals(answer.status())) {
            ServiceError error = redaction.apply(new ServiceError(null, answer.error(), null, null, answer.json()));
            target.failed(facts -> ServiceFailures.midStream(error, facts));
        } else if (answer.text() != null && answer.url() == null) {
            target.answered(answer);
        } else {
            target.failed(facts -> new NotAStreamException(sentence(answer), answer, facts.with(answer)));
        }
    }

    /** The failure of an answer of which nothing can be made. */
    static Failure unreadable(String why, @Nullable Throwable cause) {
        return facts -> new UnexpectedResponseException(
                UnexpectedResponseException.Reason.CONTENT, "the answer in JSON " + why, cause, facts);
    }

    private static String sentence(Answer answer) {
        String model = answer.model() == null ? "the model" : "model " + answer.model();
        String result = answer.url() != null
                ? "its result is at url()"
                : "its generation is " + answer.status() + "; ask for it by id()";
        return model + " does not stream; " + result;
    }
}
