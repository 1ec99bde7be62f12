package consumer;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.jboss.resteasy.reactive.RestMulti;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.quarkus.GenerationResponse;

@Path("/chat")
public class ChatResource {

    private final NeuralBox neuralBox;

    ChatResource(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @GET
    public RestMulti<byte[]> chat() {
        return GenerationResponse.of(neuralBox.publish(GenerationRequest.of("gpt-5", "robots")));
    }
}
