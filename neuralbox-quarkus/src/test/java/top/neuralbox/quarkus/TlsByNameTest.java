package top.neuralbox.quarkus;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.TransportConfig;

/** What comes from a real registry is tested in examples/quarkus. */
class TlsByNameTest {

    @Test
    void nameThatQuarkusDoesNotKnowIsNamedWithTheMissingProperty() {
        assertThatThrownBy(() -> TlsByName.set(new NoConfigurations(), "ours", TransportConfig.builder()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("neuralbox.tls-configuration-name is ours, but there is no quarkus.tls.ours");
    }

    /** The registry of an application that configures no TLS. */
    private static final class NoConfigurations implements TlsConfigurationRegistry {

        @Override
        public Optional<TlsConfiguration> get(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<TlsConfiguration> getDefault() {
            return Optional.empty();
        }

        @Override
        public void register(String name, TlsConfiguration configuration) {
            throw new UnsupportedOperationException();
        }
    }
}
