package top.neuralbox.benchmarks.endtoend;

import java.util.function.BiFunction;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** Spring's {@link WebClient} and its functional endpoints, both on Reactor Netty, with its own defaults. */
final class WebFluxGateway implements RunningGateway {

    private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT =
            new ParameterizedTypeReference<>() {};

    private final ConnectionProvider connections = ConnectionProvider.create("gateway", NeuralBoxClients.MOST_STREAMS);
    private final WebClient client = WebClient.builder()
            .clientConnector(new ReactorClientHttpConnector(HttpClient.create(connections)))
            .build();
    private final DisposableServer server;

    /** Each event is read as a {@link ServerSentEvent} and written as one. */
    static WebFluxGateway ofEvents(int servicePort) {
        return new WebFluxGateway(servicePort, WebFluxGateway::events);
    }

    /** The bytes as they come, flushed at once. */
    static WebFluxGateway ofBytes(int servicePort) {
        return new WebFluxGateway(servicePort, WebFluxGateway::bytes);
    }

    private WebFluxGateway(
            int servicePort,
            BiFunction<WebClient.ResponseSpec, ServerResponse.BodyBuilder, Mono<ServerResponse>> pass) {
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(RouterFunctions.route()
                        .POST(
                                "/**",
                                request -> onward(request, servicePort)
                                        .flatMap(answer -> pass.apply(
                                                answer, ServerResponse.ok().contentType(MediaType.TEXT_EVENT_STREAM))))
                        .build())))
                .bindNow();
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.disposeNow();
        connections.dispose();
    }

    private Mono<WebClient.ResponseSpec> onward(ServerRequest request, int servicePort) {
        return request.bodyToMono(String.class)
                .map(body -> client.post()
                        .uri(Wire.CLEAR.origin(servicePort) + request.path())
                        .contentType(MediaType.APPLICATION_JSON)
                        .accept(MediaType.TEXT_EVENT_STREAM)
                        .bodyValue(body)
                        .retrieve());
    }

    private static Mono<ServerResponse> events(WebClient.ResponseSpec answer, ServerResponse.BodyBuilder response) {
        return response.body(answer.bodyToFlux(EVENT), EVENT);
    }

    private static Mono<ServerResponse> bytes(WebClient.ResponseSpec answer, ServerResponse.BodyBuilder response) {
        Flux<DataBuffer> buffers = answer.bodyToFlux(DataBuffer.class);
        return response.body((out, context) -> out.writeAndFlushWith(buffers.map(Mono::just)));
    }
}
