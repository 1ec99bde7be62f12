/**
 * The NeuralBox transport on Apache HttpClient 5.
 *
 * @provides top.neuralbox.transport.TransportProvider so that a client finds it on the module path
 */
@org.jspecify.annotations.NullMarked
module top.neuralbox.transport.httpclient {
    requires transitive top.neuralbox;
    requires transitive org.apache.httpcomponents.client5.httpclient5;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires org.apache.httpcomponents.core5.httpcore5.h2;

    exports top.neuralbox.transport.httpclient;

    provides top.neuralbox.transport.TransportProvider with
            top.neuralbox.transport.httpclient.HttpClientTransportProvider;
}
