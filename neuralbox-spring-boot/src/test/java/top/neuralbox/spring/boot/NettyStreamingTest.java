package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import top.neuralbox.testkit.local.Fault;

class NettyStreamingTest extends StreamingTest {

    /** On a class path with Tomcat, Boot would choose that. */
    @Configuration(proxyBeanMethods = false)
    static class Server {

        @Bean
        NettyReactiveWebServerFactory server() {
            return new NettyReactiveWebServerFactory();
        }
    }

    @Override
    SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(ReactiveApplication.class, Server.class).web(WebApplicationType.REACTIVE);
    }

    @Test
    void questionOfThePageReachesTheService() throws Exception {
        try (InputStream answer =
                post("/api/chat", "{\"prompt\": \"Write a poem\"}").body()) {
            assertThat(new String(answer.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("An old")
                    .endsWith("data: [DONE]\n\n");
        }
        byte[] asked = service.requests().get(service.requests().size() - 1).body();
        assertThat(new String(asked, StandardCharsets.UTF_8)).contains("Write a poem");
    }

    @Test
    void readerWhoLeavesBeforeTheHeadEndsThePaidStreamWithinASecond() throws Exception {
        service.misbehave(Fault.stallAfter(0));
        try (Socket reader = reader()) {
            service.awaitOpenStreams(1, PATIENCE);
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
    }
}
