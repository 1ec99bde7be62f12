package top.neuralbox.langchain4j;

class HttpClientStreamingTest extends StreamingContract {

    HttpClientStreamingTest() {
        super(Carrier.HTTPCLIENT);
    }
}
