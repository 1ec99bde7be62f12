/**
 * Meters and tracing of generations. {@link top.neuralbox.metrics.NeuralBoxMetrics} records the meters that
 * {@link top.neuralbox.metrics.GenerationMeter} lists; {@link top.neuralbox.metrics.NeuralBoxTracing} makes one observation,
 * and so one span, of each generation. Both are listeners of a client, and independent of each other.
 *
 * <p>A credit is money of the account, never a token of a language model. Tokens per second, on the dashboards, are the rate of
 * content deltas.
 */
@NullMarked
package top.neuralbox.metrics;

import org.jspecify.annotations.NullMarked;
