package top.neuralbox.spring.boot;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.embedded.jetty.JettyServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class JettyStreamingTest extends ServletStreamingTest {

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @Bean
        JettyServletWebServerFactory server() {
            return new JettyServletWebServerFactory();
        }
    }

    @Override
    SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(ServletApplication.class, Server.class).web(WebApplicationType.SERVLET);
    }
}
