/**
 * The endpoint that a browser talks to ({@code POST /api/chat}), on three servers. {@link
 * top.neuralbox.examples.relay.ChatRequestReader} decides what a page may request, and {@link
 * top.neuralbox.examples.relay.ChatLimits} how long a client may take to send it. A handler passes the request to {@link
 * top.neuralbox.NeuralBox#publish}, and the answer to a {@link top.neuralbox.relay.StreamRelay}.
 */
package top.neuralbox.examples.relay;
