package top.neuralbox.spring.boot;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

class NettyStreamingTest extends StreamingTest {

    @Override
    SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(ReactiveApplication.class).web(WebApplicationType.REACTIVE);
    }
}
