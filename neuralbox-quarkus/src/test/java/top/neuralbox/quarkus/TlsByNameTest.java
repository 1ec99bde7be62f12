package top.neuralbox.quarkus;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import java.io.IOException;
import java.io.InputStream;
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

    @Test
    void nameWithoutARegistryIsNamedWithWhatIsMissing() throws Exception {
        Runnable start = (Runnable) new WithoutRegistry()
                .loadClass(Start.class.getName())
                .getConstructor()
                .newInstance();

        assertThatThrownBy(start::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "neuralbox.tls-configuration-name is ours, but quarkus-tls-registry is not on the class path");
    }

    /** What an application does that names a configuration. */
    public static final class Start implements Runnable {

        @Override
        public void run() {
            ClientFactory.transportConfig(Properties.bound("neuralbox.tls-configuration-name", "ours"));
        }
    }

    /** Has the classes of this module anew, and none of the registry. */
    private static final class WithoutRegistry extends ClassLoader {

        private WithoutRegistry() {
            super(TlsByNameTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.quarkus.tls.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith(TlsByName.class.getPackageName() + ".")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known == null ? anew(name) : known;
        }

        private Class<?> anew(String name) throws ClassNotFoundException {
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (file == null) {
                    // SmallRye Config asks whether it has made the class already.
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
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
