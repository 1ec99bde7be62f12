package top.neuralbox.spring.ai;

class VertxStreamingTest extends StreamingContract {

    VertxStreamingTest() {
        super(Carrier.VERTX);
    }
}
