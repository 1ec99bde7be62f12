package top.neuralbox.examples.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.contract.TransportBackPressureContract;
import top.neuralbox.contract.TransportCancellationContract;
import top.neuralbox.contract.TransportConnectContract;
import top.neuralbox.contract.TransportFaultContract;
import top.neuralbox.contract.TransportLifecycleContract;
import top.neuralbox.contract.TransportOnceContract;
import top.neuralbox.contract.TransportRequestContract;
import top.neuralbox.contract.TransportSentencesContract;
import top.neuralbox.contract.TransportStreamingContract;
import top.neuralbox.contract.TransportTlsContract;
import top.neuralbox.contract.TransportValuesContract;
import top.neuralbox.logs.Logs;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.ProxySettings;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;

/** The contract of the SPI, over real sockets, and what this transport says of itself. */
@Logs("the subscriber of a response body threw")
class JdkTransportTest
        implements TransportBackPressureContract,
                TransportCancellationContract,
                TransportConnectContract,
                TransportFaultContract,
                TransportLifecycleContract,
                TransportOnceContract,
                TransportRequestContract,
                TransportSentencesContract,
                TransportStreamingContract,
                TransportTlsContract,
                TransportValuesContract {

    @Override
    public Transport transport(TransportConfig config) {
        return JdkTransport.create(config);
    }

    @Test
    @Disabled("The engine knows no trailer section: it takes one for an error, or for the next response.")
    @Override
    public void contentIsExactWhereverTheResponseIsCut() {}

    @TestFactory
    @Disabled(
            "The engine gives up what it has decoded when it finds fault in the same read, and calls some faults a loss.")
    @Override
    public Stream<DynamicTest> whatArrivedBeforeAFaultInTheSameReadIsDelivered() {
        return Stream.empty();
    }

    @Test
    void clientStreamsOverIt() {
        try (LocalNeuralBox service = LocalNeuralBox.start();
                Transport transport = JdkTransport.create(TransportConfig.defaults());
                NeuralBox neuralBox = NeuralBox.builder()
                        .baseUri(service.uri())
                        .apiKey(LocalNeuralBox.apiKey())
                        .transport(transport)
                        .build()) {
            assertThat(neuralBox
                            .generate(GenerationRequest.of("gpt-5", "a third engine"))
                            .text())
                    .contains("a third engine");
        }
    }

    @Test
    void whatTheEngineCannotDoIsRefusedWhenItIsMade() {
        TransportConfig proxied = TransportConfig.builder()
                .proxy(ProxySettings.of("127.0.0.1", 3128))
                .build();
        TransportConfig http2 = TransportConfig.builder()
                .protocols(TransportConfig.Protocol.HTTP_2)
                .build();

        assertThatThrownBy(() -> JdkTransport.create(proxied)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JdkTransport.create(http2)).isInstanceOf(IllegalArgumentException.class);
    }

    /** CONTRIBUTING.md promises it: lines with something to read, without imports, comments and closing braces. */
    @Test
    void exampleHasTwoHundredLinesAtMost() throws IOException {
        long lines = 0;
        try (Stream<Path> files = Files.list(Path.of("src/main/java/top/neuralbox/examples/jdk"))) {
            for (Path file : files.toList()) {
                lines += Files.readAllLines(file).stream()
                        .map(String::strip)
                        .filter(line -> !line.matches("|[*/}].*|(import|package|@Override|@NullMarked).*"))
                        .count();
            }
        }
        assertThat(lines).isLessThanOrEqualTo(200);
    }
}
