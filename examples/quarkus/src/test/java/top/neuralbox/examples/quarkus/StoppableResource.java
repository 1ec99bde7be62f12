package top.neuralbox.examples.quarkus;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.resteasy.reactive.RestMulti;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.quarkus.GenerationResponse;
import top.neuralbox.relay.StreamRelay;

/** Lets the last answer be stopped by the application, while its reader stays. */
@Path(StoppableResource.PATH)
public class StoppableResource {

    static final String PATH = "/api/stoppable";

    private final NeuralBox neuralBox;
    private final AtomicReference<StreamRelay> last = new AtomicReference<>();

    StoppableResource(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    @POST
    public RestMulti<byte[]> chat(ChatResource.Question question) {
        StreamRelay relay = StreamRelay.of(neuralBox.publish(GenerationRequest.of("gpt-5", question.prompt())));
        last.set(relay);
        return GenerationResponse.of(relay);
    }

    @DELETE
    public void stop() {
        last.get().cancel();
    }
}
