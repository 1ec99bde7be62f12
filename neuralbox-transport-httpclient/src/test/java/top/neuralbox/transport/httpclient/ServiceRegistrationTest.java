package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportProvider;

class ServiceRegistrationTest {

    @Test
    void classPathAndModulePathFindTheSameProvider() throws Exception {
        assertThat(namedInMetaInf())
                .isEqualTo(namedInModuleDescriptor())
                .isEqualTo(HttpClientTransportProvider.class.getName());
    }

    @Test
    void providerMakesATransportOfItsOwnName() {
        HttpClientTransportProvider provider = new HttpClientTransportProvider();

        try (Transport transport = provider.create(TransportConfig.defaults())) {
            assertThat(transport.name()).isEqualTo(provider.name()).isEqualTo("httpclient");
        }
    }

    private static String namedInMetaInf() throws Exception {
        try (InputStream in = HttpClientTransport.class.getResourceAsStream(
                "/META-INF/services/" + TransportProvider.class.getName())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    private static String namedInModuleDescriptor() throws Exception {
        try (InputStream in = HttpClientTransport.class.getResourceAsStream("/module-info.class")) {
            return ModuleDescriptor.read(in).provides().stream()
                    .filter(provides -> provides.service().equals(TransportProvider.class.getName()))
                    .flatMap(provides -> provides.providers().stream())
                    .reduce((first, second) -> first + " and " + second)
                    .orElse("");
        }
    }
}
