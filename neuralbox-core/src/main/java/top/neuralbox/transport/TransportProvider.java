package top.neuralbox.transport;

/**
 * Makes transports for clients that were not handed one. Found by {@link java.util.ServiceLoader}, so an implementation
 * has a public constructor without parameters, and making an instance starts nothing and loads no engine class.
 *
 * @since 0.1.0
 */
public interface TransportProvider {

    /** The same name as {@link Transport#name()}; the system property {@code neuralbox.transport} chooses by it. */
    String name();

    /**
     * Makes a transport that the caller closes.
     *
     * @throws IllegalStateException if the engine on the class path cannot serve, in one sentence with the versions found
     */
    Transport create(TransportConfig config);

    /** As {@link Transport#mustNotBlock(Thread)}, for the engine's threads of any owner; loads no engine class needlessly. */
    boolean mustNotBlock(Thread thread);
}
