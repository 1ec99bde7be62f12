package top.neuralbox.metrics;

import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;

class HttpClientMetersTest extends MetersContract {

    @Override
    Transport transport() {
        return HttpClientTransport.create();
    }
}
