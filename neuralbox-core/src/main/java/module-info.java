/**
 * The NeuralBox client, its event model, the event stream grammar and the transport SPI.
 *
 * @uses top.neuralbox.transport.TransportProvider to find the transport on the class path or module path
 */
@org.jspecify.annotations.NullMarked
module top.neuralbox {
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.core;

    exports top.neuralbox;
    exports top.neuralbox.budget;
    exports top.neuralbox.relay;
    exports top.neuralbox.sse;
    exports top.neuralbox.transport;

    uses top.neuralbox.transport.TransportProvider;
}
