package top.neuralbox.transport;

import java.util.List;

/**
 * Creates transports for clients that were given none. {@link java.util.ServiceLoader} finds it, so an implementation has a
 * public constructor without parameters. Creating an instance starts nothing and loads no engine class.
 *
 * @since 0.1.0
 */
public interface TransportProvider {

    /**
     * All providers that this library or the caller's context class loader can see, each class once. A provider whose engine
     * is missing is left out.
     */
    static List<TransportProvider> installedProviders() {
        return InstalledProviders.find();
    }

    /** The same name as {@link Transport#name()}, for the system property {@code neuralbox.transport}. */
    String name();

    /**
     * Creates a transport, which the caller must close.
     *
     * @throws IllegalStateException if the engine on the class path cannot be used; the message is one sentence with the
     *     versions that were found
     */
    Transport create(TransportConfig config);

    /**
     * As {@link Transport#mustNotBlock(Thread)}, but for all threads of the engine, also those of an application. Loads no engine
     * class needlessly.
     */
    boolean mustNotBlock(Thread thread);
}
