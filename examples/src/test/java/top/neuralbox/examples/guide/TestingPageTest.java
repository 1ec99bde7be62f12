package top.neuralbox.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.RetryPolicy;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.fake.FakeAnswer;
import top.neuralbox.testkit.fake.FakeTransport;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportException;

@ExtendWith(Guide.class)
class TestingPageTest {

    private final GenerationRequest request = GenerationRequest.of("gpt-5", "Write a haiku");

    @Test
    void faultIsMetOnce(Guide guide) {
        LocalNeuralBox service = guide.service();
        try (NeuralBox neuralBox = NeuralBox.create()) {
            service.misbehave(Fault.cutAfter(200));

            assertThatThrownBy(() -> neuralBox.generate(request))
                    .isInstanceOfSatisfying(
                            StreamBrokenException.class,
                            broken -> assertThat(broken.billingState()).isEqualTo(BillingState.UNKNOWN));

            assertThat(neuralBox.generate(request).text()).isNotEmpty();
        }
    }

    @Test
    void gateHoldsTheServiceBack(Guide guide) {
        LocalNeuralBox service = guide.service();
        try (NeuralBox neuralBox = NeuralBox.create()) {
            Gate gate = new Gate();
            service.misbehave(Fault.stallAfter(130, gate), Fault.splitEvery(130));

            try (GenerationStream stream = neuralBox.stream(request)) {
                Iterator<String> pieces = stream.textDeltas().iterator();
                assertThat(pieces.next()).isEqualTo("Here");
                assertThat(service.openStreams()).isEqualTo(1);

                gate.open();
                pieces.forEachRemaining(piece -> assertThat(piece).isNotEmpty());
            }
        }
    }

    @Test
    void fakeTransportAnswersByScript() {
        FakeTransport transport = new FakeTransport()
                .answer(FakeAnswer.eventStream(
                        "data: {\"type\": \"content_delta\", \"delta\": \"Hi\"}\n\n",
                        "data: {\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3}\n\n"))
                .answer(FakeAnswer.notSent(TransportException.Kind.REFUSED));
        NeuralBox neuralBox = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .transport(transport)
                .retryPolicy(RetryPolicy.none())
                .build();

        assertThat(neuralBox.generate(request).text()).isEqualTo("Hi");
        assertThatThrownBy(() -> neuralBox.generate(request)).isInstanceOf(ConnectionException.class);

        neuralBox.close();
    }

    @Test
    void scriptedServerPlaysAGateway() {
        try (ScriptedServer gateway = ScriptedServer.start()) {
            gateway.answerAlways(Script.response(302, "", "Location: https://login.example/"));
            NeuralBox neuralBox = NeuralBox.builder().baseUri(gateway.uri()).build();

            assertThatThrownBy(() -> neuralBox.generate(request)).hasMessageContaining("redirects are not followed");

            neuralBox.close();
        }
    }
}
