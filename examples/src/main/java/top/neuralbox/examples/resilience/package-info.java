/** A circuit breaker of Resilience4j around generations. */
package top.neuralbox.examples.resilience;
