package top.neuralbox.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.RetryPolicy;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.WireSpelling;
import top.neuralbox.testkit.recording.Recording;
import top.neuralbox.testkit.recording.RecordingTransport;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/** What is recorded of the local service is what a client sees when it is played again, on both transports. */
class RecordingTest {

    @TempDir
    private Path folder;

    static Stream<Arguments> services() {
        return Stream.of(WireSpelling.values())
                .flatMap(spelling -> transports().map(transport -> Arguments.of(spelling, transport)));
    }

    static Stream<Supplier<Transport>> transports() {
        return Stream.of(HttpClientTransport::create, VertxTransport::create);
    }

    @ParameterizedTest
    @MethodSource("services")
    void replayHasTheSameEvents(WireSpelling spelling, Supplier<Transport> transports) throws IOException {
        Heard live;
        try (LocalNeuralBox service =
                        LocalNeuralBox.builder().spelling(spelling).start();
                Transport transport = recording(transports.get())) {
            live = listen(transport, service.uri());
        }
        Heard again = replay(transports.get());

        assertThat(live.error).isNull();
        assertThat(live.events).hasSizeGreaterThan(3);
        assertThat(again.events).isEqualTo(live.events);
        assertThat(again.error).isNull();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void streamThatIsCutIsCutWhereItWas(Supplier<Transport> transports) throws IOException {
        broken(transports, Fault.cutAfter(400), Recording.End.TRUNCATED);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void streamThatIsResetIsReset(Supplier<Transport> transports) throws IOException {
        broken(transports, Fault.resetAfter(400), Recording.End.RESET);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void refusalIsTheSameRefusal(Supplier<Transport> transports) throws IOException {
        Heard live;
        try (LocalNeuralBox service = LocalNeuralBox.start();
                Transport transport = recording(transports.get())) {
            service.misbehave(Fault.refuse(422, "validation_error", "no"));
            live = listen(transport, service.uri());
        }
        Heard again = replay(transports.get());

        assertThat(again.error).hasSameClassAs(live.error).hasMessage(live.error.getMessage());
    }

    private void broken(Supplier<Transport> transports, Fault fault, Recording.End end) throws IOException {
        Heard live;
        try (LocalNeuralBox service = LocalNeuralBox.start();
                Transport transport = recording(transports.get())) {
            service.misbehave(fault);
            live = listen(transport, service.uri());
        }
        Heard again = replay(transports.get());

        assertThat(Recording.read(file()).end()).isEqualTo(end);
        assertThat(live.error).isInstanceOf(StreamBrokenException.class);
        assertThat(again.error)
                .isInstanceOfSatisfying(
                        StreamBrokenException.class,
                        error -> assertThat(error.kind()).isEqualTo(((StreamBrokenException) live.error).kind()));
    }

    private Transport recording(Transport engine) {
        return RecordingTransport.builder(engine, folder).build();
    }

    private Heard replay(Transport transport) throws IOException {
        try (transport;
                ScriptedServer server = ScriptedServer.start()) {
            server.answer(Recording.read(file()).script(Double.POSITIVE_INFINITY));
            return listen(transport, server.uri());
        }
    }

    private Path file() {
        return folder.resolve("recording-1.jsonl");
    }

    private static Heard listen(Transport transport, java.net.URI uri) {
        Heard heard = new Heard();
        try (NeuralBox client = NeuralBox.builder()
                        .apiKey(LocalNeuralBox.apiKey())
                        .baseUri(uri)
                        .transport(transport)
                        .retryPolicy(RetryPolicy.none())
                        .build();
                GenerationStream stream = client.stream(GenerationRequest.of("gpt-5", "hello"))) {
            stream.forEach(heard.events::add);
        } catch (NeuralBoxException e) {
            heard.error = e;
        }
        return heard;
    }

    private static final class Heard {

        private final List<GenerationEvent> events = new ArrayList<>();
        private NeuralBoxException error;
    }
}
