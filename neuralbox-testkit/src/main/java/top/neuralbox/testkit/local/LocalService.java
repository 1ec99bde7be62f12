package top.neuralbox.testkit.local;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.ReceivedRequest;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;
import top.neuralbox.testkit.socket.ParsedRequest;
import top.neuralbox.testkit.socket.ServerConnection;
import top.neuralbox.testkit.socket.SocketServer;

/** Serves the connections of {@link LocalNeuralBox}: admits each request and dispatches it by its path. */
final class LocalService implements SocketServer.Handler {

    private static final String GENERATE = "/api/v2/generate";
    private static final String GENERATE_STREAM = "/api/v2/generate/stream";
    private static final String GENERATION = "/api/v2/generate/";
    private static final String GENERATION_STATUS = "/api/v2/generate/status/";
    private static final String BALANCE = "/api/v2/balance";
    private static final String USER_BALANCE = "/api/v2/user/balance";
    private static final String MODEL = "/api/v2/models/";

    private static final String SCHEME = "Bearer ";

    private static final int KEPT_REQUESTS = 1_000;

    private final LocalAccount account;
    private final GenerationTally tally;
    private final FaultScript faults;
    private final RateLimit rateLimit;
    private final MediaJobs jobs;
    private final GenerationLog log;
    private final GenerateRoute generate;

    private final Deque<ReceivedRequest> received = new ArrayDeque<>();
    /** The plans of requests that have arrived and are not served yet. */
    private final Map<ReceivedRequest, AnswerPlan> plans = Collections.synchronizedMap(new WeakHashMap<>());

    private final AtomicLong requestCount = new AtomicLong();
    private final AtomicLong requestIds = new AtomicLong();

    LocalService(LocalNeuralBox.Builder builder, LocalAccount account, GenerationTally tally, FaultScript faults) {
        Wire wire = new Wire(builder.spelling);
        this.account = account;
        this.tally = tally;
        this.faults = faults;
        this.rateLimit = new RateLimit(builder.requestsPerHour, builder.requestsPerDay, builder.clock);
        this.jobs = new MediaJobs(builder.mediaPolls, wire);
        this.log = new GenerationLog(builder.log);
        this.generate = new GenerateRoute(builder, account, tally, jobs, log, wire);
    }

    @Override
    public void serve(ServerConnection connection) throws IOException, InterruptedException {
        for (ParsedRequest request = connection.nextRequest(); request != null; request = connection.nextRequest()) {
            AnswerPlan plan = Objects.requireNonNull(plans.remove(request), "plan");
            Refusal refusal = plan.canned == null ? refusal(request) : null;
            AnswerWriter answer = new AnswerWriter(connection, request, plan, headers());
            try {
                answer(connection, request, refusal, plan, answer);
            } catch (AnswerWriter.SeveredException e) {
                e.sever(connection);
            }
            if (!answer.keepsConnection()) {
                connection.close();
            }
        }
    }

    /** Records a complete request and takes its plan, so that a plan made after it was seen is for the next one. */
    void received(ReceivedRequest request) {
        synchronized (received) {
            plans.put(request, faults.take());
            requestCount.incrementAndGet();
            received.add(request);
            if (received.size() > KEPT_REQUESTS) {
                received.remove();
            }
        }
    }

    long requestCount() {
        return requestCount.get();
    }

    List<ReceivedRequest> requests() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    /** The reason not to admit the request, checked in this order: path, method, key, rate; null if it is admitted. */
    private @Nullable Refusal refusal(ReceivedRequest request) {
        try {
            String path = path(request);
            String method = isGenerate(path) ? "POST" : "GET";
            if (!isKnown(path)) {
                throw Refusal.notFound("The path");
            }
            if (!request.method().equals(method)) {
                throw Refusal.methodNotAllowed(method);
            }
            if (!isKey(request.header("Authorization"))) {
                throw Refusal.notAuthenticated();
            }
            rateLimit.take();
            return null;
        } catch (Refusal e) {
            return e;
        }
    }

    private void answer(
            ServerConnection connection,
            ReceivedRequest request,
            @Nullable Refusal refusal,
            AnswerPlan plan,
            AnswerWriter answer)
            throws IOException, InterruptedException {
        try {
            if (refusal != null) {
                throw refusal;
            }
            route(connection, request, plan, answer);
        } catch (Refusal e) {
            refused(request, e.status());
            answer.whole(e.status(), e.headers(), e.json());
        }
    }

    private void route(ServerConnection connection, ReceivedRequest request, AnswerPlan plan, AnswerWriter answer)
            throws Refusal, IOException, InterruptedException {
        String path = path(request);
        AnswerPlan.Canned canned = plan.canned;
        if (canned != null) {
            refused(request, canned.status);
            answer.whole(canned.status, canned.headers, canned.body);
        } else if (isGenerate(path)) {
            generate.serve(connection, request.body(), path.equals(GENERATE_STREAM), answer, plan);
        } else if (path.equals(BALANCE) || path.equals(USER_BALANCE)) {
            answer.json(200, balance(path.equals(USER_BALANCE)));
        } else if (path.startsWith(MODEL)) {
            answer.json(200, generate.model(path.substring(MODEL.length())).description());
        } else {
            answer.json(200, generation(path));
        }
    }

    private void refused(ReceivedRequest request, int status) {
        if (isGenerate(path(request)) && request.method().equals("POST")) {
            log.refused(status);
            tally.ended(Outcome.REFUSED);
        }
    }

    private Map<String, @Nullable Object> balance(boolean user) {
        Map<String, @Nullable Object> balance = new LinkedHashMap<>();
        balance.put("token_balance", account.balance());
        balance.put("plan", "starter");
        balance.put("plan_expires_at", null);
        if (user) {
            balance.put("plan_tokens_remaining", account.balance());
            balance.put("bonus_tokens", 0L);
            balance.put("next_refill_at", null);
        }
        return balance;
    }

    private Map<String, @Nullable Object> generation(String path) throws Refusal {
        String prefix = path.startsWith(GENERATION_STATUS) ? GENERATION_STATUS : GENERATION;
        Map<String, @Nullable Object> generation = jobs.poll(path.substring(prefix.length()));
        if (generation == null) {
            throw Refusal.notFound("The generation");
        }
        return generation;
    }

    private Map<String, String> headers() {
        Map<String, String> headers = rateLimit.headers();
        headers.put("X-Request-Id", String.format("req_%012d", requestIds.getAndIncrement()));
        return headers;
    }

    private static boolean isKnown(String path) {
        return isGenerate(path)
                || path.startsWith(GENERATION)
                || path.equals(BALANCE)
                || path.equals(USER_BALANCE)
                || path.startsWith(MODEL);
    }

    private static boolean isGenerate(String path) {
        return path.equals(GENERATE) || path.equals(GENERATE_STREAM);
    }

    private static String path(ReceivedRequest request) {
        String target = request.target();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private static boolean isKey(@Nullable String authorization) {
        return authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && authorization.startsWith("nb_", SCHEME.length());
    }
}
