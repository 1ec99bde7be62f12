package top.neuralbox.quarkus;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The address of the service, and the key. A bean of this type takes the place of {@code neuralbox.api-key} and {@code
 * neuralbox.base-uri}, for a key that is kept elsewhere, or for a local service in a test.
 *
 * @since 0.1.0
 */
public interface NeuralBoxConnectionDetails {

    /**
     * The key. The client asks for it before each attempt, so it can be replaced while the application runs. It must not block for
     * long.
     */
    String apiKey();

    /**
     * The address of the service or of a gateway; null to use the environment variable {@code NEURALBOX_BASE_URL}, or the
     * service's own address if that is not set.
     */
    default @Nullable URI baseUri() {
        return null;
    }
}
