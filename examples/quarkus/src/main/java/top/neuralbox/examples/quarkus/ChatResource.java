package top.neuralbox.examples.quarkus;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestMulti;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.relay.StreamRelay;

/** Hands a generation on to a page, which never sees the key. No thread waits, and one who leaves is seen at once. */
@Path("/api/chat")
public class ChatResource {

    public record Question(String prompt) {}

    private final NeuralBox neuralBox;

    ChatResource(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @POST
    public Multi<byte[]> chat(Question question) {
        StreamRelay relay = StreamRelay.of(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())));
        return RestMulti.fromUniResponse(
                Uni.createFrom().completionStage(relay.head()),
                head -> Multi.createFrom().publisher(relay.body()).map(ChatResource::bytes),
                head -> fields(head.headers()),
                StreamRelay.Head::status);
    }

    private static Map<String, List<String>> fields(Map<String, String> headers) {
        return headers.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, field -> List.of(field.getValue())));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
