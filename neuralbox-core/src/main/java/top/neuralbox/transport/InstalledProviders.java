package top.neuralbox.transport;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the providers of transports on the class path or the module path. */
final class InstalledProviders {

    private InstalledProviders() {}

    static List<TransportProvider> find() {
        Map<String, TransportProvider> found = new LinkedHashMap<>();
        ClassLoader own = InstalledProviders.class.getClassLoader();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        collect(found, own);
        if (context != own) {
            collect(found, context);
        }
        return List.copyOf(found.values());
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
                // A provider whose engine is missing cannot be used. The others can.
                System.getLogger("top.neuralbox").log(System.Logger.Level.DEBUG, "a transport provider is unusable", e);
            }
        }
    }
}
