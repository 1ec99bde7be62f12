package top.neuralbox;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import top.neuralbox.concurrent.CarriedContext;
import top.neuralbox.json.MalformedJsonException;

/**
 * Asks the service for the state of one generation, by its id. It begins with the first of the two documented paths, and asks
 * at the second only after a 404; later questions stay with the second. One question at a time.
 */
final class GenerationQuery {

    /** The first path to try, because its answer includes the progress. */
    private static final String STATUS = "generate/status";

    private static final String GENERATION = "generate";

    private final ClientSettings settings;
    private final CallRegistry registry;
    private final String id;
    private final boolean isPart;
    private final GenerationInfo info;
    private final CarriedContext context;
    private final Executor settler;
    private volatile String path = STATUS;

    /**
     * A query that has not asked.
     *
     * @param id see {@link #requireId}
     * @param isPart whether a poll asks, so that a drain does not refuse the question
     * @param tenant the tenant whose budget counts the question; null for none
     * @param settler completes the futures
     */
    GenerationQuery(
            ClientSettings settings,
            CallRegistry registry,
            String id,
            boolean isPart,
            @Nullable String tenant,
            CarriedContext context,
            Executor settler) {
        this.settings = settings;
        this.registry = registry;
        this.id = id;
        this.isPart = isPart;
        this.info = settings.queryInfo(tenant);
        this.context = context;
        this.settler = settler;
    }

    /**
     * Checks an id that a caller gives.
     *
     * @throws IllegalArgumentException if it is blank, {@code .} or {@code ..}
     */
    static String requireId(String id) {
        Objects.requireNonNull(id, "id");
        if (!Endpoint.isSegment(id)) {
            throw new IllegalArgumentException("id must be the id of a generation; it must not be blank, . or ..");
        }
        return id;
    }

    /** Asks once. Completing the future from outside cancels the question. */
    CompletableFuture<State> ask() {
        CompletableFuture<State> result = new CompletableFuture<>();
        ask(new QueryCall<>(settings, registry, template(), this::decode, isPart, info, context, settler), result);
        return result;
    }

    /**
     * Asks once for the answer, and settles the generation's bill first if the answer tells it.
     *
     * @param reservation the name of the budget's reservation; null if the caller does not know it
     * @return a future that fails if the generation failed
     */
    CompletableFuture<GenerationAnswer> answer(Bills bills, @Nullable String reservation) {
        CompletableFuture<GenerationAnswer> result = new CompletableFuture<>();
        CompletableFuture<State> asking = ask();
        var unusedCancel = result.whenComplete((answer, error) -> asking.cancel(false));
        var unusedEnd = asking.whenComplete((state, error) -> {
            if (state == null) {
                result.completeExceptionally(cause(Objects.requireNonNull(error)));
                return;
            }
            try {
                NeuralBoxException failure = state.whole().failure(1);
                bills.settle(id, reservation, null, state.outcome(failure));
                if (failure != null) {
                    result.completeExceptionally(failure);
                } else {
                    result.complete(state.answer().reservedAs(reservation));
                }
            } catch (Throwable t) {
                // The stage would swallow it, and the caller would wait for ever.
                result.completeExceptionally(t);
            }
        });
        return result;
    }

    private RequestTemplate template() {
        return RequestTemplate.question(Endpoint.resource(settings.endpoint(), path, id), id);
    }

    private void ask(QueryCall<State> call, CompletableFuture<State> result) {
        CompletableFuture<State> asking = call.result();
        var unusedCancel = result.whenComplete((state, error) -> asking.cancel(false));
        var unusedEnd = asking.whenComplete((state, error) -> {
            try {
                if (state != null) {
                    result.complete(state);
                } else if (path.equals(STATUS) && isNotFound(error) && !result.isDone()) {
                    path = GENERATION;
                    ask(call.at(template()), result);
                } else {
                    result.completeExceptionally(cause(error));
                }
            } catch (Throwable t) {
                // The stage would swallow it, and the caller would wait for ever.
                result.completeExceptionally(t);
            }
        });
        var unusedSend = call.send();
    }

    private State decode(byte[] body, ResponseContext response) throws MalformedJsonException {
        Answer answer = AnswerDecoder.decode(body, response.redaction());
        GenerationAnswer shown = GenerationAnswer.of(
                answer.identified(id), response.rateLimits(), response.requestId(), response.headers(), null);
        return new State(shown, AnswerGate.failure(answer), AnswerGate.saysNothing(answer));
    }

    /** The failure of a caller that was interrupted while it waited for the answer. */
    static NeuralBoxException interrupted(String id) {
        PartialGeneration about = new PartialGeneration(Excerpt.name(id), null, "", false, null);
        return new GenerationCancelledException(
                GenerationCancelledException.Reason.INTERRUPTED, CallFacts.NONE.with(about));
    }

    /** The cause of a failure, without the wrapper that a stage puts around it. */
    static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static boolean isNotFound(Throwable error) {
        return cause(error) instanceof ApiException refusal && Objects.equals(refusal.status(), 404);
    }

    /**
     * The state of a generation.
     *
     * @param answer the answer; pending if there is no result yet
     * @param reason why the generation failed; null if it did not
     * @param saysNothing whether the answer has neither an id, nor a status, nor a result. A poll goes on then
     */
    record State(GenerationAnswer answer, @Nullable Failure reason, boolean saysNothing) {

        /** This state, in which an answer that says nothing is a failure. */
        State whole() {
            return reason == null && saysNothing
                    ? new State(answer, AnswerGate.unreadable("does not describe a generation", null), true)
                    : this;
        }

        /**
         * The failure of the generation; null if it did not fail.
         *
         * @param attempts how often the service was asked
         */
        @Nullable
        NeuralBoxException failure(int attempts) {
            return reason == null
                    ? null
                    : reason.in(new CallFacts(
                            NeuralBoxException.Phase.HEAD,
                            attempts,
                            Duration.ZERO,
                            Duration.ZERO,
                            200,
                            answer.requestId(),
                            null,
                            BillingState.UNKNOWN,
                            answer.rateLimits(),
                            answer.responseHeaders(),
                            new PartialGeneration(answer.id(), answer.model(), "", false, null)));
        }

        /** What is known of the bill: nothing while the answer is pending. */
        GenerationOutcome outcome(@Nullable NeuralBoxException failure) {
            BillingState state = failure != null
                    ? failure.billingState()
                    : answer instanceof GenerationAnswer.Pending ? BillingState.UNKNOWN : BillingState.CHARGED;
            Billing billing = failure != null
                    ? failure.partial().billing()
                    : answer instanceof GenerationAnswer.Pending ? null : answer.billing();
            return GenerationOutcome.of(failure, state, billing, 1, answer.id(), answer.responseHeaders());
        }
    }
}
