package top.neuralbox.examples.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.function.Consumer;
import top.neuralbox.Billing;
import top.neuralbox.GenerationInfo;
import top.neuralbox.GenerationListener;
import top.neuralbox.GenerationOutcome;
import top.neuralbox.NeuralBoxException;

/**
 * Writes one line of JSON for each generation: for whom it was made, how it ended and what it cost. It holds neither a prompt
 * nor a text. If a charge becomes known later, a second line says so.
 */
public final class AuditLog implements GenerationListener {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final InstantSource clock;
    private final Consumer<String> lines;

    /**
     * A log that passes each line to this consumer.
     *
     * @param lines must not block: it is usually called on a thread of the HTTP engine
     */
    public AuditLog(InstantSource clock, Consumer<String> lines) {
        this.clock = clock;
        this.lines = lines;
    }

    @Override
    public Observer started(GenerationInfo info) {
        String started = clock.instant().toString();
        return outcome -> lines.accept(line(info, outcome)
                .put("started", started)
                .put("ended", clock.instant().toString())
                .toString());
    }

    @Override
    public void settled(GenerationInfo info, GenerationOutcome outcome) {
        lines.accept(
                line(info, outcome).put("settled", clock.instant().toString()).toString());
    }

    private static ObjectNode line(GenerationInfo info, GenerationOutcome outcome) {
        ObjectNode line = JSON.createObjectNode()
                .put("id", outcome.id())
                .put("model", info.model())
                .put("tenant", info.tenant())
                .put("end", outcome.kind().name())
                .put("charge", outcome.billingState().name())
                .put("attempts", outcome.attempts())
                .put("request", outcome.responseHeaders().first("X-Request-Id"));
        Billing billing = outcome.billing();
        if (billing != null) {
            line.put("credits", billing.creditsUsed());
        }
        NeuralBoxException error = outcome.error();
        if (error != null) {
            // The message may quote what the service said, and the service may quote the prompt.
            line.put("error", error.getClass().getSimpleName()).put("status", error.status());
        }
        ObjectNode attributes = line.putObject("attributes");
        outcome.attributes().forEach(attributes::put);
        return line;
    }
}
