package top.neuralbox.spring.ai.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import top.neuralbox.sse.EventStreamParser;

/** What a reader that follows the HTML standard gets of an event stream that Spring WebFlux has encoded. */
final class EncodedEvents {

    private EncodedEvents() {}

    /** The data of each event, if an endpoint returns these elements. */
    static <T> List<String> of(Flux<T> elements, Class<T> type) {
        ResolvableType element = ResolvableType.forClass(type);
        Body body = new Body();
        writer(element)
                .write(elements, element, MediaType.TEXT_EVENT_STREAM, body, Map.of())
                .block(Duration.ofSeconds(10));
        List<String> data = new ArrayList<>();
        new EventStreamParser()
                .parse(
                        ByteBuffer.wrap(body.text.toString().getBytes(UTF_8)),
                        (name, bytes, offset, length, id) -> data.add(new String(bytes, offset, length, UTF_8)));
        return data;
    }

    /** The first that can write it, as WebFlux chooses. */
    @SuppressWarnings("unchecked")
    private static <T> HttpMessageWriter<T> writer(ResolvableType element) {
        return (HttpMessageWriter<T>) ServerCodecConfigurer.create().getWriters().stream()
                .filter(writer -> writer.canWrite(element, MediaType.TEXT_EVENT_STREAM))
                .findFirst()
                .orElseThrow();
    }

    /** Collects the body of a response. */
    private static final class Body implements ReactiveHttpOutputMessage {

        private final StringBuilder text = new StringBuilder();
        private final HttpHeaders headers = new HttpHeaders();

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return Flux.from(body)
                    .doOnNext(buffer -> text.append(buffer.toString(UTF_8)))
                    .then();
        }

        @Override
        public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
            return Flux.from(body).concatMap(this::writeWith).then();
        }

        @Override
        public DataBufferFactory bufferFactory() {
            return DefaultDataBufferFactory.sharedInstance;
        }

        @Override
        public void beforeCommit(Supplier<? extends Mono<Void>> action) {}

        @Override
        public boolean isCommitted() {
            return false;
        }

        @Override
        public Mono<Void> setComplete() {
            return Mono.empty();
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }
    }
}
