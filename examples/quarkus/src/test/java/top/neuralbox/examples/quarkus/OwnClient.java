package top.neuralbox.examples.quarkus;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import top.neuralbox.NeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A client that the application makes by itself. */
@Singleton
class OwnClient {

    static final String NAME = "own";

    @Produces
    @Singleton
    @Identifier(NAME)
    NeuralBox own(@ConfigProperty(name = "neuralbox.base-uri") URI baseUri) {
        return NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(baseUri)
                .build();
    }

    void close(@Disposes @Identifier(NAME) NeuralBox own) {
        own.close();
    }
}
