package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

class LocalNeuralBoxConnectionTest {

    private static final String KEY = "Authorization: Bearer " + LocalNeuralBox.apiKey() + "\r\n";

    private LocalNeuralBox service;

    @BeforeEach
    void start() {
        service = LocalNeuralBox.start();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void keyHasTheDocumentedForm() {
        assertThat(LocalNeuralBox.apiKey()).startsWith("nb_").hasSize(48);
    }

    @Test
    void oneConnectionCarriesManyRequests() throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            for (int i = 0; i < 3; i++) {
                client.sendPost("/api/v2/generate", LocalClient.STREAM);
                assertThat(client.response().body()).endsWith("data: [DONE]\n\n");
            }
        }

        assertThat(service.connectionCount()).isEqualTo(1);
        assertThat(service.requestCount()).isEqualTo(3);
    }

    @Test
    @Timeout(10)
    void faultIsForTheNextRequestThatArrivesWhateverIsServedFirst() throws IOException {
        Gate gate = new Gate();
        service.misbehave(Fault.stallBeforeHead(gate));
        service.misbehave(Fault.refuse(503, "BUSY", "busy"));
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            while (service.requestCount() < 2) {
                Thread.onSpinWait();
            }

            assertThat(LocalClient.generate(service, LocalClient.STREAM).status())
                    .isEqualTo(200);
        } finally {
            gate.open();
        }
    }

    @Test
    void connectionIsClosedWhenTheClientAsksForIt() throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", "HTTP/1.1", KEY + "Connection: close\r\n", LocalClient.STREAM);

            assertThat(client.head()).contains("Connection: close");
            assertThat(client.rest()).endsWith("0\r\n\r\n");
        }
    }

    @Test
    void clientOfHttp10GetsABodyWithoutChunksUpToTheEndOfTheConnection() throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", "HTTP/1.0", KEY, LocalClient.STREAM);

            assertThat(client.head()).contains("Connection: close").doesNotContain("Transfer-Encoding");
            assertThat(client.rest()).startsWith("data: {").endsWith("data: [DONE]\n\n");
        }
    }

    @Test
    void clientThatWaitsForContinueIsToldToGoOn() throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            client.send("POST /api/v2/generate HTTP/1.1\r\nHost: x\r\n" + KEY + "Expect: 100-continue\r\n"
                    + "Content-Length: " + LocalClient.STREAM.length() + "\r\n\r\n");
            assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\n");
            client.send(LocalClient.STREAM);

            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @Test
    void chunkedRequestIsUnderstood() throws IOException {
        try (LocalClient client = new LocalClient(service)) {
            client.send("POST /api/v2/generate HTTP/1.1\r\nHost: x\r\n" + KEY + "Transfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(LocalClient.STREAM.length()) + "\r\n" + LocalClient.STREAM
                    + "\r\n0\r\n\r\n");

            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @Test
    void requestIsKeptAsItArrivedWithoutItsKeyInText() throws IOException {
        LocalClient.generate(service, LocalClient.STREAM);
        ReceivedRequest request = service.requests().get(0);

        assertThat(request.text()).isEqualTo(LocalClient.STREAM);
        assertThat(request.header("authorization")).isEqualTo("Bearer " + LocalNeuralBox.apiKey());
        assertThat(request.toString() + service).doesNotContain("nb_");
    }

    @Test
    void closeEndsOpenStreams() throws IOException {
        service.misbehave(Fault.heldOpen(), Fault.withoutEnd(), Fault.stallAfter(1));
        try (LocalClient client = new LocalClient(service)) {
            client.sendPost("/api/v2/generate", LocalClient.STREAM);
            client.head();
            service.close();
            service.awaitGenerations(Outcome.DISCONNECTED, 1);

            assertThat(service.openConnections()).isZero();
        }
    }

    @Test
    void takenPortIsNamed() {
        assertThatThrownBy(() -> LocalNeuralBox.builder().port(service.port()).start())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(Integer.toString(service.port()));
    }

    @Test
    void waitThatIsInVainSaysWhereThingsStand() {
        assertThatThrownBy(() -> service.awaitDisconnect(Duration.ZERO))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("0 of 1 generations ended as DISCONNECTED");
    }
}
