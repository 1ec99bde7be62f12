/**
 * The transport SPI on the asynchronous client of Apache HttpClient 5.
 *
 * <p>To follow a request, read in this order: {@link top.neuralbox.transport.httpclient.HttpClientTransport} starts it, {@code
 * Engine} configures the client of HttpClient, {@code HttpClientCall} holds the life cycle, {@code ExchangeGates} and {@code
 * ConnectionAttempt} connect a call with its connection, {@code ResponseConsumer} receives the response, {@code BodyPublisher}
 * delivers its bytes, and {@code FailureMapping} names the failure.
 */
@NullMarked
package top.neuralbox.transport.httpclient;

import org.jspecify.annotations.NullMarked;
