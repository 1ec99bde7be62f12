package top.neuralbox.benchmarks.decode;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.core.ClientOptions;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.langchain4j.http.client.sse.DefaultServerSentEventParser;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Okio;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.ServerSentEventHttpMessageReader;
import reactor.core.publisher.Flux;
import top.neuralbox.benchmarks.DeltaSink;
import top.neuralbox.benchmarks.Payloads;
import top.neuralbox.benchmarks.SampleStream;

/** What is used today, each as its own documentation shows it, with Jackson's tree where it leaves JSON to the caller. */
final class Peers {

    private static final String DATA = "data: ";

    private Peers() {}

    static Decoding naive(SampleStream sample, int chunkBytes) {
        List<byte[]> chunks = sample.chunks(chunkBytes);
        return sink -> {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(new ChunkedInput(chunks), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(DATA) && !Payloads.read(line.substring(DATA.length()), sink)) {
                        return;
                    }
                }
            }
        };
    }

    static Decoding okhttp(SampleStream sample, int chunkBytes) {
        List<byte[]> chunks = sample.chunks(chunkBytes);
        Request request = new Request.Builder().url("http://127.0.0.1/").build();
        MediaType eventStream = MediaType.get("text/event-stream");
        return sink -> {
            Response response = new Response.Builder()
                    .request(request)
                    .protocol(Protocol.HTTP_1_1)
                    .code(200)
                    .message("OK")
                    .body(ResponseBody.create(Okio.buffer(Okio.source(new ChunkedInput(chunks))), eventStream, -1))
                    .build();
            EventSources.processResponse(response, new EventSourceListener() {
                @Override
                public void onEvent(EventSource source, String id, String type, String data) {
                    Payloads.read(data, sink);
                }
            });
        };
    }

    static Decoding langchain4j(SampleStream sample, int chunkBytes) {
        List<byte[]> chunks = sample.chunks(chunkBytes);
        DefaultServerSentEventParser parser = new DefaultServerSentEventParser();
        return sink -> parser.parse(new ChunkedInput(chunks), new ServerSentEventListener() {
            @Override
            public void onEvent(ServerSentEvent event) {
                Payloads.read(event.data(), sink);
            }

            @Override
            public void onError(Throwable error) {
                throw new IllegalStateException(error);
            }
        });
    }

    static Decoding spring(SampleStream sample, int chunkBytes) {
        List<byte[]> chunks = sample.chunks(chunkBytes);
        ServerSentEventHttpMessageReader reader = new ServerSentEventHttpMessageReader();
        ResolvableType strings = ResolvableType.forClass(String.class);
        return sink -> reader.read(strings, new SpringMessage(chunks), Map.of())
                .doOnNext(data -> Payloads.read((String) data, sink))
                .blockLast();
    }

    static Decoding openai(SampleStream sample, int chunkBytes) {
        OpenAIClient client = new OpenAIClientImpl(ClientOptions.builder()
                .httpClient(new RecordedHttp(sample.chunks(chunkBytes)))
                .baseUrl("http://127.0.0.1/")
                .apiKey("none")
                .build());
        ChatCompletionCreateParams params = ChatCompletionCreateParams.builder()
                .model("gpt-5")
                .addUserMessage("Write")
                .build();
        return sink -> {
            try (StreamResponse<ChatCompletionChunk> chunks =
                    client.chat().completions().createStreaming(params)) {
                chunks.stream().forEach(chunk -> text(chunk, sink));
            }
        };
    }

    private static void text(ChatCompletionChunk chunk, DeltaSink sink) {
        chunk.choices().get(0).delta().content().ifPresent(sink::delta);
    }

    /** A response body for Spring's reader. */
    private record SpringMessage(List<byte[]> chunks) implements ReactiveHttpInputMessage {

        @Override
        public Flux<DataBuffer> getBody() {
            return Flux.fromIterable(chunks).map(DefaultDataBufferFactory.sharedInstance::wrap);
        }

        @Override
        public HttpHeaders getHeaders() {
            return HttpHeaders.EMPTY;
        }
    }

    /** An HTTP client that answers every request with the sample. */
    private record RecordedHttp(List<byte[]> chunks) implements com.openai.core.http.HttpClient {

        @Override
        public com.openai.core.http.HttpResponse execute(
                com.openai.core.http.HttpRequest request, com.openai.core.RequestOptions options) {
            return new RecordedResponse(new ChunkedInput(chunks));
        }

        @Override
        public java.util.concurrent.CompletableFuture<com.openai.core.http.HttpResponse> executeAsync(
                com.openai.core.http.HttpRequest request, com.openai.core.RequestOptions options) {
            return java.util.concurrent.CompletableFuture.completedFuture(execute(request, options));
        }

        @Override
        public void close() {}
    }

    private record RecordedResponse(ChunkedInput body) implements com.openai.core.http.HttpResponse {

        @Override
        public int statusCode() {
            return 200;
        }

        @Override
        public com.openai.core.http.Headers headers() {
            return com.openai.core.http.Headers.builder()
                    .put("Content-Type", "text/event-stream")
                    .build();
        }

        @Override
        public void close() {
            try {
                body.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
