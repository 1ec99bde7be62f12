package top.neuralbox.examples.quarkus;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Duration;
import org.jboss.resteasy.reactive.RestMulti;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.quarkus.GenerationResponse;
import top.neuralbox.relay.StreamRelay;

/** Gives a reader up who takes nothing for a moment. */
@Path(ImpatientResource.PATH)
public class ImpatientResource {

    static final String PATH = "/api/impatient";

    private final NeuralBox neuralBox;

    ImpatientResource(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @POST
    public RestMulti<byte[]> chat(ChatResource.Question question) {
        return GenerationResponse.of(StreamRelay.builder(
                        neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())))
                .readerPatience(Duration.ofMillis(500))
                .build());
    }
}
