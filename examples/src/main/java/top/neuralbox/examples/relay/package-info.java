/**
 * The endpoint that a browser talks to ({@code POST /api/chat}), on three servers. {@link
 * top.neuralbox.examples.relay.ChatRequestReader} says what a page may ask for, {@link
 * top.neuralbox.examples.relay.ChatLimits} how long a stranger may take; a handler hands it to {@link
 * top.neuralbox.NeuralBox#publish} and the answer to a {@link top.neuralbox.relay.StreamRelay}.
 */
package top.neuralbox.examples.relay;
