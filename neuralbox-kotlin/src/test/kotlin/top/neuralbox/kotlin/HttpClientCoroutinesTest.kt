package top.neuralbox.kotlin

internal class HttpClientCoroutinesTest : CoroutinesContract(Carrier.HTTPCLIENT)
