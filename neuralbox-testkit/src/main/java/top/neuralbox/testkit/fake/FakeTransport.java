package top.neuralbox.testkit.fake;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import top.neuralbox.testkit.Gate;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/**
 * A transport in memory, for tests of an application. It answers by script, records the requests, and keeps the rules of demand
 * and cancel. It has neither sockets nor threads: everything happens on the thread that starts a call, requests more, or opens
 * a {@link Gate}. The client still calls its caller back on its own callback threads. Thread-safe.
 *
 * <pre>{@code
 * FakeTransport transport = new FakeTransport()
 *         .answer(FakeAnswer.eventStream(
 *                 "data: {\"type\": \"content_delta\", \"delta\": \"Hi\"}\n\n",
 *                 "data: {\"type\": \"generation_end\", \"id\": \"gen_1\"}\n\n"));
 * NeuralBox client = NeuralBox.builder().apiKey(key).transport(transport).build();
 * }</pre>
 *
 * @since 0.1.0
 */
public final class FakeTransport implements Transport {

    private static final FakeAnswer NO_ANSWER = FakeAnswer.json(501, "{\"message\": \"no answer was left\"}");

    private final Queue<FakeAnswer> answers = new ConcurrentLinkedQueue<>();
    private final List<TransportRequest> requests = new CopyOnWriteArrayList<>();
    private final Set<FakeCall> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cancelled = new AtomicInteger();
    private volatile FakeAnswer always = NO_ANSWER;
    private volatile boolean closed;

    /** A transport without answers. Until some are queued or set, it answers every request with status 501. */
    public FakeTransport() {}

    /** Queues the answer to one request. Requests take their answers in the order in which they are started. */
    public FakeTransport answer(FakeAnswer answer) {
        answers.add(answer);
        return this;
    }

    /** Sets the answer to each request for which no answer is queued. */
    public FakeTransport answerAlways(FakeAnswer answer) {
        always = answer;
        return this;
    }

    /** All requests so far, in order, including those that were never sent. A snapshot. */
    public List<TransportRequest> requests() {
        return List.copyOf(requests);
    }

    /** How many calls were cancelled before their end, in any way. */
    public int cancelledCalls() {
        return cancelled.get();
    }

    /** How many calls have neither ended nor been cancelled. */
    public int callsInFlight() {
        return inFlight.size();
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public TransportCall start(TransportRequest request) {
        requests.add(request);
        FakeAnswer answer = answers.poll();
        FakeCall call = new FakeCall(this, request, answer == null ? always : answer);
        inFlight.add(call);
        if (closed) {
            call.end(Kind.CLOSED);
        }
        call.start();
        return call;
    }

    /** {@code fake} */
    @Override
    public String name() {
        return "fake";
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return false;
    }

    @Override
    public void close() {
        closed = true;
        inFlight.forEach(call -> call.end(Kind.CLOSED));
    }

    void ended(FakeCall call, boolean byCancel) {
        inFlight.remove(call);
        if (byCancel) {
            cancelled.incrementAndGet();
        }
    }
}
