package top.neuralbox.metrics;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.vertx.VertxTransport;

class VertxMetersTest extends MetersContract {

    @Override
    Transport transport() {
        return VertxTransport.create();
    }
}
