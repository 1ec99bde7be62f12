package top.neuralbox.testkit.local;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.json.PlainJson;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;
import top.neuralbox.testkit.socket.ServerConnection;

/** Answers a generate request that was admitted: as events, as one JSON answer, or as a media result. */
final class GenerateRoute {

    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);
    /** The model that answers for an assistant. */
    private static final String MODEL_OF_ASSISTANTS = "gpt-5";

    private final Map<String, LocalModel> models;
    private final @Nullable List<String> fixedDeltas;
    private final Duration pace;
    private final Wire wire;
    private final Clock clock;
    private final LocalAccount account;
    private final GenerationTally tally;
    private final MediaJobs jobs;
    private final GenerationLog log;
    private final AtomicLong ids = new AtomicLong();

    GenerateRoute(
            LocalNeuralBox.Builder builder,
            LocalAccount account,
            GenerationTally tally,
            MediaJobs jobs,
            GenerationLog log,
            Wire wire) {
        this.models = Map.copyOf(builder.models);
        this.fixedDeltas = builder.deltas;
        this.pace = builder.pace;
        this.clock = builder.clock;
        this.wire = wire;
        this.account = account;
        this.tally = tally;
        this.jobs = jobs;
        this.log = log;
    }

    /**
     * Answers.
     *
     * @param alwaysStreams whether the path always streams
     * @throws Refusal if nothing was generated and nothing was written
     */
    void serve(ServerConnection connection, byte[] body, boolean alwaysStreams, AnswerWriter answer, AnswerPlan plan)
            throws Refusal, IOException, InterruptedException {
        GenerateBody asked = GenerateBody.parse(body);
        LocalModel model = model(asked.model() == null ? MODEL_OF_ASSISTANTS : asked.model());
        account.requireCredits();
        Object id = wire.id(ids.getAndIncrement());
        if (!model.streams()) {
            answer.json(200, jobs.ask(id, model, () -> media(id, model, plan)));
        } else if (asked.stream() || alwaysStreams) {
            stream(connection, id, model, deltas(asked), answer, plan);
        } else {
            jobs.begin(id, model);
            Map<String, @Nullable Object> text = text(id, model, String.join("", deltas(asked)), plan);
            jobs.finish(id, text);
            answer.json(200, text);
        }
    }

    /** The model of this slug. */
    LocalModel model(String slug) throws Refusal {
        LocalModel model = models.get(slug);
        if (model == null) {
            throw Refusal.notFound("The model");
        }
        return model;
    }

    private List<String> deltas(GenerateBody asked) {
        List<String> deltas = fixedDeltas != null ? fixedDeltas : Story.words(Story.about(asked.prompt()));
        Integer most = asked.maxTokens();
        return most == null || most >= deltas.size() ? deltas : deltas.subList(0, most);
    }

    private void stream(
            ServerConnection connection,
            Object id,
            LocalModel model,
            List<String> deltas,
            AnswerWriter answer,
            AnswerPlan plan)
            throws IOException, InterruptedException {
        jobs.begin(id, model);
        try (GenerationTally.Entry entry = tally.begin(outcome -> ended(id, model, outcome))) {
            try {
                answer.beginStream("text/event-stream; charset=utf-8");
                write(wire.start(id, model.slug()), answer, plan);
                writeDeltas(connection, deltas, answer, plan, entry);
                writeEnd(id, model, deltas, answer, plan, entry);
                if (plan.heldOpen) {
                    connection.awaitClose();
                }
                answer.endStream();
            } catch (AnswerWriter.SeveredException e) {
                entry.settle(Outcome.FAILED);
                throw e;
            } catch (IOException e) {
                entry.settle(Outcome.DISCONNECTED);
                throw e;
            } finally {
                // Has no effect on a generation that is complete.
                jobs.finish(id, wire.failed(id, model.slug(), "The stream broke."));
            }
        }
    }

    private void writeDeltas(
            ServerConnection connection,
            List<String> deltas,
            AnswerWriter answer,
            AnswerPlan plan,
            GenerationTally.Entry entry)
            throws IOException, InterruptedException {
        List<String> source = plan.endless && deltas.isEmpty() ? List.of("") : deltas;
        long count = plan.endless ? Long.MAX_VALUE : source.size();
        for (long i = 0; i < count && i != plan.failAfterDeltas; i++) {
            if (i > 0 && !pace.isZero()) {
                connection.pause(pace);
            }
            byte[] event = event(wire.delta(source.get((int) (i % source.size()))), plan);
            if (answer.carries(event.length)) {
                entry.deltaSent();
            }
            answer.write(event);
        }
    }

    private void writeEnd(
            Object id,
            LocalModel model,
            List<String> deltas,
            AnswerWriter answer,
            AnswerPlan plan,
            GenerationTally.Entry entry)
            throws IOException, InterruptedException {
        if (plan.failAfterDeltas != AnswerPlan.NEVER) {
            entry.settle(Outcome.FAILED);
            jobs.finish(id, wire.failed(id, model.slug(), plan.failure));
            write(wire.error(plan.failure), answer, plan);
        } else if (!plan.withoutEnd) {
            BigDecimal balance = account.charge(model.price());
            entry.settle(Outcome.COMPLETED);
            jobs.finish(id, wire.text(id, model.slug(), String.join("", deltas), model.price(), balance, now()));
            write(wire.end(id, model.price(), balance), answer, plan);
        } else {
            entry.settle(Outcome.FAILED);
            jobs.finish(id, wire.failed(id, model.slug(), "The stream broke."));
        }
        if (!plan.withoutDone) {
            answer.write(DONE);
        }
    }

    private Map<String, @Nullable Object> text(Object id, LocalModel model, String text, AnswerPlan plan) {
        if (plan.failAfterDeltas != AnswerPlan.NEVER) {
            return failed(id, model, plan);
        }
        BigDecimal balance = account.charge(model.price());
        ended(id, model, Outcome.COMPLETED);
        return wire.text(id, model.slug(), text, model.price(), balance, now());
    }

    private Map<String, @Nullable Object> media(Object id, LocalModel model, AnswerPlan plan) {
        if (plan.failAfterDeltas != AnswerPlan.NEVER) {
            return failed(id, model, plan);
        }
        BigDecimal balance = account.charge(model.price());
        ended(id, model, Outcome.COMPLETED);
        return wire.media(id, model.slug(), "https://media.example/" + id, model.price(), balance, now());
    }

    private Map<String, @Nullable Object> failed(Object id, LocalModel model, AnswerPlan plan) {
        ended(id, model, Outcome.FAILED);
        return wire.failed(id, model.slug(), plan.failure);
    }

    /** Prints first, so that the line is there when the count has changed. */
    private void ended(Object id, LocalModel model, Outcome outcome) {
        log.ended(id, model, outcome);
        tally.ended(outcome);
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static void write(Map<String, @Nullable Object> event, AnswerWriter answer, AnswerPlan plan)
            throws IOException, InterruptedException {
        answer.write(event(event, plan));
    }

    private static byte[] event(Map<String, @Nullable Object> event, AnswerPlan plan) {
        String comment = plan.comment == null ? "" : ": " + plan.comment + "\n\n";
        return (comment + "data: " + PlainJson.write(event) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
