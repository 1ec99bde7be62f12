package top.neuralbox.benchmarks.endtoend;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import top.neuralbox.GenerationEvent;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;

/** {@link NeuralBox#stream} in a for-each loop. */
final class NeuralBoxStream implements StreamClient {

    private final NeuralBoxClients clients;
    private final Map<URI, NeuralBox> open = new ConcurrentHashMap<>();

    NeuralBoxStream(NeuralBoxClients clients) {
        this.clients = clients;
    }

    @Override
    public void open(URI base, StreamReader reader) {
        try (GenerationStream stream = open.computeIfAbsent(base, clients::at).stream(NeuralBoxClients.REQUEST)) {
            for (GenerationEvent event : stream) {
                Events.accept(event, reader);
            }
        }
        reader.ended(null);
    }

    @Override
    public void close() {
        open.values().forEach(NeuralBox::close);
        clients.close();
    }
}
