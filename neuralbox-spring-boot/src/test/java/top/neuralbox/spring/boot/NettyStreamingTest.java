package top.neuralbox.spring.boot;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

class NettyStreamingTest extends StreamingTest {

    @Override
    SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(ReactiveApplication.class).web(WebApplicationType.REACTIVE);
    }

    /** Not in the usual build: in one run of ten or so the service sends no first piece within ten seconds. The cause is open. */
    @Test
    @Tag("unsolved")
    @Override
    void readerWhoLeavesAStreamThatRestsEndsThePaidOneWithinASecond() throws Exception {
        super.readerWhoLeavesAStreamThatRestsEndsThePaidOneWithinASecond();
    }
}
