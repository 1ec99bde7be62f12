package top.neuralbox.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses a transport for a client without one: the one that a setting names, or else the only one there is. */
final class TransportLoader {

    /** The system property, and the property of the frameworks, that name a transport. */
    private static final String PROPERTY = "neuralbox.transport";

    private TransportLoader() {}

    /**
     * Chooses one provider.
     *
     * @param name the value of the setting, or null
     * @throws IllegalStateException if there is none, or more than one and no name, or none with that name; the message lists
     *     the transports that were found, and where
     */
    static TransportProvider choose(List<TransportProvider> providers, @Nullable String name) {
        if (name != null) {
            return providers.stream()
                    .filter(provider -> provider.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            PROPERTY + " asks for the transport '" + name + "'; found: " + listed(providers)));
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
