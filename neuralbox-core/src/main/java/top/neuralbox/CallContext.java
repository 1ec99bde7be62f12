package top.neuralbox;

/**
 * Carries what an application keeps for a thread, such as a trace, a user or a tenant, from where a call is made to where its
 * callbacks run. Threads of the client inherit nothing, because they serve calls of all users.
 *
 * <p>What is captured is put in place around everything that the call tells: to its subscriber, to the stages of its future,
 * to listeners, to a consumer of progress, and to a supplier of keys that is asked again. For {@link NeuralBox#publish} the
 * thread that subscribes counts.
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
 * <p>{@code top.neuralbox.metrics.MicrometerContext} does so for everything that Micrometer's context propagation knows. All
 * methods must be quick, and must not block. What they throw is logged, and the call goes on without.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CallContext {

    /** Captures what the current thread carries. */
    Snapshot capture();

    /** What was captured where a call was made. Used by several threads, one after the other. */
    @FunctionalInterface
    interface Snapshot {

        /** Puts it in place on the current thread, until the scope is closed by the same thread. */
        Scope restore();
    }

    /** The time for which a snapshot is in place. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /** Puts back what the thread carried before. */
        @Override
        void close();
    }
}
