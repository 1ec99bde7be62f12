package top.neuralbox;

/**
 * Carries the thread-local values of an application, such as a trace, a user or a tenant, from the thread that makes a call
 * to the threads that run its callbacks. Threads of the client inherit nothing, because they serve calls of all users.
 *
 * <p>The client restores the captured values around every callback of the call: the subscriber, the stages of the future,
 * listeners, a consumer of progress, and the key supplier if it is called on a callback thread. For {@link NeuralBox#publish}
 * the values of the subscribing thread are captured.
 *
 * <pre>{@code
 * CallContext context = () -> {
 *     String user = CurrentUser.get();
 *     return () -> {
 *         String before = CurrentUser.get();
 *         CurrentUser.set(user);
 *         return () -> CurrentUser.set(before);
 *     };
 * };
 * NeuralBox neuralBox = NeuralBox.builder().context(context).build();
 * }</pre>
 *
 * <p>{@code top.neuralbox.metrics.MicrometerContext} carries everything that Micrometer's context propagation knows. All
 * methods must be quick and must not block. If one throws, the client logs the exception, and the call goes on without the
 * values.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CallContext {

    /** Captures the values of the current thread. */
    Snapshot capture();

    /** The values captured when a call was made. Several threads use a snapshot, one after the other. */
    @FunctionalInterface
    interface Snapshot {

        /** Restores the values on the current thread, until the same thread closes the scope. */
        Scope restore();
    }

    /** The time during which the values of a snapshot are in place. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /** Puts back the values that the thread had before. */
        @Override
        void close();
    }
}
