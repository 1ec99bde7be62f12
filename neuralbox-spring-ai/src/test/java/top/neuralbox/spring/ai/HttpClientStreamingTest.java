package top.neuralbox.spring.ai;

class HttpClientStreamingTest extends StreamingContract {

    HttpClientStreamingTest() {
        super(Carrier.HTTPCLIENT);
    }
}
