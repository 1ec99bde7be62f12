package consumer;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestMulti;
import top.neuralbox.NeuralBox;
import top.neuralbox.quarkus.GenerationResponse;

/** A chat on Quarkus, with its jar. */
@Path("/api/chat")
public class ChatResource {

    private final NeuralBox neuralBox;

    ChatResource(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @POST
    public RestMulti<byte[]> chat(Question question) {
        return GenerationResponse.of(neuralBox.publish(question.request()));
    }
}
