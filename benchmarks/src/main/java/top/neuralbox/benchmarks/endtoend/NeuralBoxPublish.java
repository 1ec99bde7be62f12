package top.neuralbox.benchmarks.endtoend;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import top.neuralbox.GenerationEvent;
import top.neuralbox.NeuralBox;

/** {@link NeuralBox#publish} to a subscriber without bounds. */
final class NeuralBoxPublish implements StreamClient {

    private final NeuralBoxClients clients;
    private final Map<URI, NeuralBox> open = new ConcurrentHashMap<>();

    NeuralBoxPublish(NeuralBoxClients clients) {
        this.clients = clients;
    }

    @Override
    public void open(URI base, StreamReader reader) {
        open.computeIfAbsent(base, clients::at)
                .publish(NeuralBoxClients.REQUEST)
                .subscribe(new Flow.Subscriber<GenerationEvent>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        subscription.request(Long.MAX_VALUE);
                    }

                    @Override
                    public void onNext(GenerationEvent event) {
                        Events.accept(event, reader);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        reader.ended(failure);
                    }

                    @Override
                    public void onComplete() {
                        reader.ended(null);
                    }
                });
    }

    @Override
    public void close() {
        open.values().forEach(NeuralBox::close);
        clients.close();
    }
}
