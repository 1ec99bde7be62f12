package top.neuralbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.TransportProvider;

/** Finds the transport of a client that was not handed one: the one that is named, else the only one there is. */
final class TransportLoader {

    /** The system property that names a transport. */
    static final String PROPERTY = "neuralbox.transport";

    private TransportLoader() {}

    /** All providers that this library or the application can see, each class once. */
    static List<TransportProvider> providers() {
        Map<String, TransportProvider> found = new LinkedHashMap<>();
        collect(found, TransportLoader.class.getClassLoader());
        collect(found, Thread.currentThread().getContextClassLoader());
        return List.copyOf(found.values());
    }

    /**
     * Chooses one provider.
     *
     * @param name the value of the system property, or null
     * @throws IllegalStateException if there is none, or more than one and no name, or none of that name; it lists what was
     *     found and where
     */
    static TransportProvider choose(List<TransportProvider> providers, @Nullable String name) {
        if (name != null) {
            return providers.stream()
                    .filter(provider -> provider.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the system property " + PROPERTY
                            + " asks for the transport '" + name + "'; found: " + listed(providers)));
        }
        if (providers.isEmpty()) {
            throw new IllegalStateException("no transport found: add neuralbox-transport-httpclient or"
                    + " neuralbox-transport-vertx to the class path, or pass one to NeuralBox.builder().transport(..)");
        }
        if (providers.size() > 1) {
            throw new IllegalStateException("more than one transport found: " + listed(providers)
                    + "; keep one of these dependencies, name one by the system property " + PROPERTY
                    + ", or pass one to NeuralBox.builder().transport(..)");
        }
        return providers.get(0);
    }

    private static void collect(Map<String, TransportProvider> found, @Nullable ClassLoader loader) {
        var services = ServiceLoader.load(TransportProvider.class, loader).iterator();
        while (true) {
            try {
                if (!services.hasNext()) {
                    return;
                }
                TransportProvider provider = services.next();
                found.putIfAbsent(provider.getClass().getName(), provider);
            } catch (ServiceConfigurationError e) {
                // A provider whose engine is missing is none; the others still count.
                System.getLogger("top.neuralbox").log(System.Logger.Level.DEBUG, "a transport provider is unusable", e);
            }
        }
    }

    private static String listed(List<TransportProvider> providers) {
        List<String> lines = new ArrayList<>();
        providers.forEach(provider -> lines.add(provider.name() + " (" + origin(provider) + ")"));
        return lines.isEmpty() ? "none" : lines.stream().sorted().collect(Collectors.joining(", "));
    }

    private static String origin(TransportProvider provider) {
        var source = provider.getClass().getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? provider.getClass().getModule().toString()
                : source.getLocation().toString();
    }
}
