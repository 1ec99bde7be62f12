package top.neuralbox.benchmarks.endtoend;

import java.net.URI;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import top.neuralbox.benchmarks.Payloads;

/** {@code bodyToFlux(String.class)}: Spring takes the events apart, the caller reads a tree of the data. */
final class SpringWebClient implements StreamClient {

    private final ConnectionProvider connections = ConnectionProvider.create("peer", NeuralBoxClients.MOST_STREAMS);
    private final WebClient client = WebClient.builder()
            .clientConnector(new ReactorClientHttpConnector(HttpClient.create(connections)))
            .build();

    @Override
    public void open(URI base, StreamReader reader) {
        client.post()
                .uri(base + "/api/v2/generate")
                .accept(MediaType.TEXT_EVENT_STREAM)
                .bodyValue("{\"model\":\"gpt-5\"}")
                .retrieve()
                .bodyToFlux(String.class)
                .subscribe(data -> Payloads.read(data, reader), reader::ended, () -> reader.ended(null));
    }

    @Override
    public void close() {
        connections.dispose();
    }
}
