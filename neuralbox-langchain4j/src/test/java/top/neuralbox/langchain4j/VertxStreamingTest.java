package top.neuralbox.langchain4j;

class VertxStreamingTest extends StreamingContract {

    VertxStreamingTest() {
        super(Carrier.VERTX);
    }
}
