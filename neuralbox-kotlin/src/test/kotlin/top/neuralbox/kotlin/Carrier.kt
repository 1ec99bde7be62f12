package top.neuralbox.kotlin

import top.neuralbox.NeuralBox
import top.neuralbox.RetryPolicy
import top.neuralbox.testkit.local.LocalNeuralBox
import top.neuralbox.transport.Transport
import top.neuralbox.transport.httpclient.HttpClientTransport
import top.neuralbox.transport.vertx.VertxTransport

/** A transport over which a suite runs. Open until the process ends: closing an engine takes Vert.x a second. */
internal enum class Carrier(create: () -> Transport) {
    HTTPCLIENT(HttpClientTransport::create),
    VERTX(VertxTransport::create);

    val transport: Transport by lazy(create)

    /** A client of this service that sends nothing again by itself. */
    fun client(service: LocalNeuralBox): NeuralBox = neuralBox {
        baseUri(service.uri())
        apiKey(LocalNeuralBox.apiKey())
        transport(transport)
        retryPolicy(RetryPolicy.none())
    }
}
