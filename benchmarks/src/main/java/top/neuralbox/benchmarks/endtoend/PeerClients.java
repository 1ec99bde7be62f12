package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.langchain4j.http.client.HttpMethod;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.http.client.sse.DefaultServerSentEventParser;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import org.jspecify.annotations.Nullable;
import top.neuralbox.benchmarks.Payloads;

/** Clients that are used today and bring or suggest an HTTP client of their own. */
final class PeerClients {

    private static final String BODY = "{\"model\":\"gpt-5\"}";
    private static final String PATH = "/api/v2/generate";
    private static final String DATA = "data: ";

    private PeerClients() {}

    static final class OkHttp implements StreamClient {

        private static final MediaType JSON = MediaType.get("application/json");

        private final OkHttpClient client;

        OkHttp() {
            Dispatcher dispatcher = new Dispatcher();
            dispatcher.setMaxRequests(NeuralBoxClients.MOST_STREAMS);
            dispatcher.setMaxRequestsPerHost(NeuralBoxClients.MOST_STREAMS);
            client = new OkHttpClient.Builder()
                    .dispatcher(dispatcher)
                    .readTimeout(Duration.ZERO)
                    .build();
        }

        @Override
        public void open(URI base, StreamReader reader) {
            Request request = new Request.Builder()
                    .url(base + PATH)
                    .post(RequestBody.create(BODY, JSON))
                    .build();
            EventSources.createFactory(client).newEventSource(request, new EventSourceListener() {
                @Override
                public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
                    Payloads.read(data, reader);
                }

                @Override
                public void onClosed(EventSource source) {
                    reader.ended(null);
                }

                @Override
                public void onFailure(EventSource source, @Nullable Throwable failure, @Nullable Response response) {
                    reader.ended(failure == null ? new IOException("failed") : failure);
                }
            });
        }

        @Override
        public void close() {
            client.dispatcher().executorService().shutdown();
            client.connectionPool().evictAll();
        }
    }

    static final class LangChain4j implements StreamClient {

        private final JdkHttpClient client =
                JdkHttpClient.builder().readTimeout(Duration.ofMinutes(10)).build();

        @Override
        public void open(URI base, StreamReader reader) {
            HttpRequest request = HttpRequest.builder()
                    .method(HttpMethod.POST)
                    .url(base + PATH)
                    .body(BODY)
                    .build();
            client.execute(request, new DefaultServerSentEventParser(), new ServerSentEventListener() {
                @Override
                public void onEvent(ServerSentEvent event) {
                    Payloads.read(event.data(), reader);
                }

                @Override
                public void onError(Throwable failure) {
                    reader.ended(failure);
                }

                @Override
                public void onClose() {
                    reader.ended(null);
                }
            });
        }
    }

    static final class UrlConnection implements StreamClient {

        @Override
        public void open(URI base, StreamReader reader) throws IOException {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(base + PATH).toURL().openConnection();
            connection.setDoOutput(true);
            connection.getOutputStream().write(BODY.getBytes(UTF_8));
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(DATA)) {
                        Payloads.read(line.substring(DATA.length()), reader);
                    }
                }
            }
            reader.ended(null);
        }
    }

    static final class OpenAi implements StreamClient {

        private static final ChatCompletionCreateParams PARAMS = ChatCompletionCreateParams.builder()
                .model("gpt-5")
                .addUserMessage("Write")
                .build();

        private final Map<URI, OpenAIClient> open = new ConcurrentHashMap<>();

        @Override
        public void open(URI base, StreamReader reader) {
            OpenAIClient client = open.computeIfAbsent(base, OpenAi::at);
            try (StreamResponse<ChatCompletionChunk> chunks =
                    client.chat().completions().createStreaming(PARAMS)) {
                chunks.stream()
                        .forEach(chunk ->
                                chunk.choices().get(0).delta().content().ifPresent(reader::delta));
            }
            reader.ended(null);
        }

        @Override
        public void close() {
            open.values().forEach(OpenAIClient::close);
        }

        private static OpenAIClient at(URI base) {
            return OpenAIOkHttpClient.builder()
                    .baseUrl(base.toString())
                    .apiKey("none")
                    .timeout(Duration.ofMinutes(10))
                    .maxRetries(0)
                    .build();
        }
    }
}
