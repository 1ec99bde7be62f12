package top.neuralbox.examples.relay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Reads an endpoint's answer as a page does, over a connection of its own. Closing it is the reader's leaving. */
final class PageReader implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpResponse<InputStream> response;

    private PageReader(HttpResponse<InputStream> response) {
        this.response = response;
    }

    static PageReader post(URI uri, String json, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            return new PageReader(client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    int status() {
        return response.statusCode();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** Waits for the next delta and returns its text. */
    String nextDelta() throws IOException {
        while (true) {
            String line = line();
            if (line == null) {
                throw new EOFException("no further delta");
            }
            String delta = delta(line);
            if (delta != null) {
                return delta;
            }
        }
    }

    /** All deltas to the end, joined, read so many bytes at a time. */
    String text(int speed) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[speed];
        for (int n = response.body().read(buffer); n >= 0; n = response.body().read(buffer)) {
            all.write(buffer, 0, n);
        }
        StringBuilder text = new StringBuilder();
        for (String line : all.toString(StandardCharsets.UTF_8).split("\n")) {
            String delta = delta(line);
            text.append(delta == null ? "" : delta);
        }
        return text.toString();
    }

    long bytesToTheEnd() throws IOException {
        return response.body().transferTo(OutputStream.nullOutputStream());
    }

    String rest() throws IOException {
        return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = response.body().read(); b >= 0; b = response.body().read()) {
            if (b == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(b);
        }
        return null;
    }

    private static String delta(String line) throws IOException {
        if (!line.startsWith("data: {")) {
            return null;
        }
        JsonNode event = JSON.readTree(line.substring("data: ".length()));
        return event.path("type").asText().equals("content_delta")
                ? event.path("delta").asText()
                : null;
    }
}
