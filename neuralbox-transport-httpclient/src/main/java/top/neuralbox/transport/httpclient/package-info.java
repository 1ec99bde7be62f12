/**
 * The transport SPI on the asynchronous client of Apache HttpClient 5.
 *
 * <p>To follow a request, read in this order: {@link top.neuralbox.transport.httpclient.HttpClientTransport} starts it,
 * {@code Engine} says how the client beneath is set up, {@code HttpClientCall} holds its life cycle, {@code
 * ExchangeGates} and {@code ConnectionAttempt} are where a call and its connection meet, {@code ResponseConsumer} receives
 * the answer, {@code BodyPublisher} hands its bytes on, and {@code FailureMapping} names what went wrong.
 */
@NullMarked
package top.neuralbox.transport.httpclient;

import org.jspecify.annotations.NullMarked;
