package top.neuralbox.transport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Creates transports for clients that were given none. {@link java.util.ServiceLoader} finds it, so an implementation has a
 * public constructor without parameters. Creating an instance starts nothing and loads no engine class.
 *
 * @since 0.1.0
 */
public interface TransportProvider {

    /**
     * All providers that this library or the caller's context class loader can see, each class once. A provider that cannot
     * be instantiated is left out. A missing engine shows only when {@link #create} is called.
     */
    static List<TransportProvider> installedProviders() {
        return InstalledProviders.find();
    }

    /**
     * The installed provider that a setting names, or else the only one. The client does this for the system property {@code
     * neuralbox.transport}, and the frameworks for their property of that name.
     *
     * @param name the {@link #name()} of a provider, or null for the only one
     * @throws IllegalStateException if none has that name, or if there is no name and not exactly one provider; the message lists
     *     the providers that were found, and where each came from
     */
    static TransportProvider choose(@Nullable String name) {
        return TransportLoader.choose(installedProviders(), name);
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
