package top.neuralbox.budget.redis;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** The transports by name. */
enum Transports {
    HTTPCLIENT,
    VERTX;

    Transport open() {
        return this == HTTPCLIENT ? HttpClientTransport.create() : VertxTransport.create();
    }
}
