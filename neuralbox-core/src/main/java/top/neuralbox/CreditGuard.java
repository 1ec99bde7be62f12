package top.neuralbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides, before a byte is sent, whether a generation may spend credits and whether a request may be sent, and is notified of
 * the outcome of both. The client comes with one implementation, {@code top.neuralbox.budget.CreditBudget}. Thread-safe; no
 * method may block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CreditGuard {

    /**
     * Reserves credits for a generation with all its attempts.
     *
     * @param account the account, which knows the model's price
     * @return a stage that fails with {@link BudgetExceededException} if the generation must not be sent; any other failure
     *     refuses it too, as {@link BudgetUnavailableException}
     */
    CompletionStage<Reservation> reserve(GenerationRequest request, GenerationInfo info, Account account);

    /**
     * Reserves one request that is not the first of a generation: one that sends it again, a poll, or an account
     * lookup. By default such requests are not counted.
     *
     * @param info the client, and the generation that is sent again; a poll or an account lookup names no model
     * @return a stage that fails as that of {@link #reserve} if the request must not be sent
     */
    default CompletionStage<RequestPermit> reserveRequest(GenerationInfo info) {
        return CompletableFuture.completedFuture(RequestPermit.UNCOUNTED);
    }

    /**
     * The reservation of this name, which another client made, perhaps in another process. When the service says whether the
     * generation was charged, or what it cost, the client reports that to this reservation ({@link
     * NeuralBox#generation(String, String)}). Reporting twice must change nothing. Default: what is reported has no effect.
     */
    default Reservation reservation(String name) {
        return outcome -> {};
    }

    /** What is reserved for one generation. */
    @FunctionalInterface
    interface Reservation {

        /**
         * The generation ended. Called at the end, and a second time only if the bill was unknown then and became known
         * later: because the pending result was awaited, or because the client looked the generation up. An exception from
         * this method is logged and goes no further.
         */
        void ended(GenerationOutcome outcome);

        /**
         * The permit for the first request that is sent for the generation. If an attempt was certainly not sent, the next one
         * uses the permit again.
         */
        default RequestPermit firstRequest() {
            return RequestPermit.UNCOUNTED;
        }
    }

    /**
     * The permit to send one request. Either {@link #sent} or {@link #notSent} is called, once; for the first request of a
     * generation, only {@code sent}. The methods are called on any thread and must not block; an exception from them is logged
     * and goes no further.
     */
    interface RequestPermit {

        /** A permit for a request that is not counted. */
        RequestPermit UNCOUNTED = new RequestPermit() {};

        /** The request is about to be written. It counts, whatever its outcome is. */
        default void sent() {}

        /** The service certainly did not receive the request. */
        default void notSent() {}

        /** The head of a response arrived, with the rate limits that it reports. Called at most once, after {@code sent}. */
        default void answered(RateLimits limits) {}
    }
}
