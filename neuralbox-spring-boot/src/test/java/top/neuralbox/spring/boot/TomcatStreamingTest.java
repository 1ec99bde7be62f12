package top.neuralbox.spring.boot;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class TomcatStreamingTest extends ServletStreamingTest {

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @Bean
        TomcatServletWebServerFactory server() {
            return new TomcatServletWebServerFactory();
        }
    }

    @Override
    SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(ServletApplication.class, Server.class).web(WebApplicationType.SERVLET);
    }
}
