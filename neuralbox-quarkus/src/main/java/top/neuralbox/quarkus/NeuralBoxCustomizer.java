package top.neuralbox.quarkus;

import top.neuralbox.NeuralBox;

/**
 * Changes the builder of the client, after the properties. Beans of this type are called in the order of their
 * {@code @Priority}, the highest first.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface NeuralBoxCustomizer {

    /** Changes the builder. */
    void customize(NeuralBox.Builder builder);
}
