package top.neuralbox.kotlin

internal class VertxCoroutinesTest : CoroutinesContract(Carrier.VERTX)
