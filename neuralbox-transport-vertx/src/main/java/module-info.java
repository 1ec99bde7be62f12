/**
 * The transport SPI on Vert.x.
 *
 * @provides top.neuralbox.transport.TransportProvider named {@code vertx}
 */
@org.jspecify.annotations.NullMarked
module top.neuralbox.transport.vertx {
    requires static transitive org.jspecify;
    requires transitive top.neuralbox;
    requires transitive io.vertx.core;
    requires transitive io.vertx.web.client;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.handler.proxy;
    requires io.netty.transport;

    exports top.neuralbox.transport.vertx;

    provides top.neuralbox.transport.TransportProvider with
            top.neuralbox.transport.vertx.VertxTransportProvider;
}
