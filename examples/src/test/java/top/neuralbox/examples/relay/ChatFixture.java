package top.neuralbox.examples.relay;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBox;
import top.neuralbox.examples.relay.ChatHandlerContract.RunningServer;
import top.neuralbox.metrics.GenerationMeter;
import top.neuralbox.metrics.NeuralBoxMetrics;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.httpclient.HttpClientTransport;

/** A local service, a client with its meters, and a chat server between the service and a test's page. */
record ChatFixture(
        LocalNeuralBox service,
        Transport transport,
        NeuralBox neuralBox,
        SimpleMeterRegistry registry,
        CountDownLatch ended,
        RunningServer server)
        implements AutoCloseable {

    static ChatFixture start(ChatHandlerContract handler) throws Exception {
        return start(handler, LocalNeuralBox.builder());
    }

    static ChatFixture start(ChatHandlerContract handler, LocalNeuralBox.Builder local) throws Exception {
        return start(handler, local, ChatLimits.DEFAULT);
    }

    static ChatFixture start(ChatHandlerContract handler, LocalNeuralBox.Builder local, ChatLimits limits)
            throws Exception {
        LocalNeuralBox service = local.start();
        Transport transport = HttpClientTransport.create();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        CountDownLatch ended = new CountDownLatch(1);
        NeuralBox neuralBox = NeuralBox.builder()
                .apiKey(LocalNeuralBox.apiKey())
                .baseUri(service.uri())
                .transport(transport)
                .listener(NeuralBoxMetrics.create(registry))
                .listener(new EndSignal(ended))
                .build();
        RunningServer server = handler.serve(neuralBox, new ChatRequestReader(List.of("gpt-5", "gpt-5-mini")), limits);
        return new ChatFixture(service, transport, neuralBox, registry, ended, server);
    }

    PageReader ask(String prompt) throws IOException {
        return post("{\"prompt\": \"" + prompt + "\"}");
    }

    PageReader post(String json) throws IOException {
        return PageReader.post(server.uri(), json);
    }

    int statusOf(String json) throws IOException {
        try (PageReader page = post(json)) {
            return page.status();
        }
    }

    /** The whole answer, read so many bytes at a time. */
    String textOf(String prompt, int speed) {
        try (PageReader page = ask(prompt)) {
            return page.text(speed);
        } catch (IOException e) {
            throw ChatHandlerContract.unchecked(e);
        }
    }

    /** What the meters say, as soon as a generation has ended. */
    long cancelledGenerations() throws InterruptedException {
        if (!ended.await(5, TimeUnit.SECONDS)) {
            throw new AssertionError("no generation ended");
        }
        return registry.get(GenerationMeter.DURATION.meterName())
                .tag("outcome", "cancelled")
                .timer()
                .count();
    }

    @Override
    public void close() throws Exception {
        server.close();
        neuralBox.close();
        transport.close();
        service.close();
    }

    /** Registered behind the meters, so that they have counted what it hears of. */
    private record EndSignal(CountDownLatch ended) implements GenerationListener {
        @Override
        public Observer started(GenerationInfo info) {
            return new Observer() {
                @Override
                public void ended(GenerationOutcome outcome) {
                    ended.countDown();
                }
            };
        }
    }
}
