package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

/** The provider is found on the class path and on the module path alike. */
class VertxTransportProviderTest {

    @Test
    void serviceFileNamesWhatTheModuleProvides() throws Exception {
        String service = TransportProvider.class.getName();
        Path classes = Path.of(VertxTransportProvider.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        ModuleDescriptor module =
                ModuleFinder.of(classes).findAll().iterator().next().descriptor();
        List<String> provided = module.provides().stream()
                .filter(provides -> provides.service().equals(service))
                .flatMap(provides -> provides.providers().stream())
                .toList();

        try (var file = VertxTransportProvider.class.getResourceAsStream("/META-INF/services/" + service)) {
            assertThat(new String(file.readAllBytes(), StandardCharsets.UTF_8).lines())
                    .isEqualTo(provided)
                    .containsExactly(VertxTransportProvider.class.getName());
        }
    }

    @Test
    void providerMakesTheTransportOfItsName() {
        TransportProvider provider = new VertxTransportProvider();

        try (Transport transport = provider.create(TransportConfig.defaults())) {
            assertThat(provider.name()).isEqualTo("vertx");
            assertThat(transport.name()).isEqualTo(provider.name());
        }
    }
}
