package top.neuralbox.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.faults.FaultRow.assertFacts;
import static top.neuralbox.faults.FaultRow.failure;
import static top.neuralbox.faults.FaultRow.text;
import static top.neuralbox.faults.Reply.DELTA;
import static top.neuralbox.faults.Reply.DONE;
import static top.neuralbox.faults.Reply.END;
import static top.neuralbox.faults.Reply.START;
import static top.neuralbox.faults.Reply.sse;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import top.neuralbox.ApiException;
import top.neuralbox.BillingState;
import top.neuralbox.ConnectionException;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException.Phase;
import top.neuralbox.RateLimitException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.UnexpectedResponseException;
import top.neuralbox.testkit.Gate;

/**
 * Tests of calls through any proxy, with a real one. Each test ends with the assertions of every {@link FaultRow}. The requests
 * are those that the service saw, and the sockets are those of the service and of the proxy.
 */
abstract class GatewayRows {

    private static final long CANCEL = 8;
    private static final int PIECES = 5_000;

    final Gateway gateway;
    private final int statusIfUnreachable;

    @Parameter
    Carrier carrier;

    GatewayRows(Gateway gateway, int statusIfUnreachable) {
        this.gateway = gateway;
        this.statusIfUnreachable = statusIfUnreachable;
    }

    @Test
    void requestAndStreamComeThroughUnchanged() {
        try (GatewayServer server = new GatewayServer(gateway, "streaming");
                FaultRow row = row(server)) {
            assertThat(row.completes(Reply.whole())).hasSize(3);

            assertThat(server.firstRequest().header("X-Protocol"))
                    .isEqualTo(carrier.isHttp2() ? "HTTP/2.0" : "HTTP/1.1");
            assertThat(server.firstRequest().target()).isEqualTo("/api/v2/generate");
            assertThat(server.firstRequest().header("Authorization")).isEqualTo("Bearer " + FaultRow.KEY);
        }
    }

    @Test
    void firstPieceArrivesBeforeTheServiceGoesOn() {
        try (GatewayServer server = new GatewayServer(gateway, "streaming");
                FaultRow row = row(server)) {
            Gate seen = new Gate();
            var events = row.start(Reply.stream(sse(START, DELTA))
                    .await(seen)
                    .data(sse(END, DONE))
                    .end());

            events.awaitItems(2);
            seen.open();

            assertThat(events.awaitCompletion()).hasSize(3);
        }
    }

    @Test
    void nothingOfALongStreamIsLost() {
        assertNothingIsLost("streaming");
    }

    @Test
    void gatewayThatCompressesOnRequestIsNotAskedTo() {
        try (GatewayServer server = new GatewayServer(gateway, "compressing");
                FaultRow row = row(server)) {
            assertThat(text(row.completes(Reply.whole()))).isEqualTo("Here");

            assertThat(server.firstRequest().header("Accept-Encoding")).isEqualTo("identity");
        }
    }

    @Test
    void contentThatTheGatewayCompressedAllTheSameIsRefused() {
        try (GatewayServer server = new GatewayServer(gateway, "compressing-unasked");
                FaultRow row = row(server).withoutNextCall()) {
            UnexpectedResponseException error = row.fails(UnexpectedResponseException.class, Reply.whole());

            assertThat(error.reason()).isEqualTo(UnexpectedResponseException.Reason.CONTENT_ENCODING);
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void idleTimeOutOfTheGatewayBreaksTheStream() {
        assertBroken("impatient", Reply.stream(sse(START, DELTA)).hold());
    }

    @Test
    void serviceThatIsKilledBreaksTheStream() {
        for (boolean reset : new boolean[] {false, true}) {
            try (GatewayServer server = new GatewayServer(gateway, "streaming");
                    FaultRow row = row(server)) {
                Gate delivered = new Gate();
                Reply.Builder reply = Reply.stream(sse(START, DELTA)).await(delivered);
                var events = row.start(reset ? reply.reset(CANCEL) : reply.close());
                events.awaitItems(2);
                delivered.open();

                assertBroken(failure(StreamBrokenException.class, events));
            }
        }
    }

    @Test
    void serviceThatIsKilledBeforeTheHeadIsNotAskedAgain() {
        for (Reply reply : new Reply[] {Reply.nothing().close(), Reply.nothing().reset(CANCEL)}) {
            if (gateway == Gateway.HAPROXY && carrier.isHttp2()) {
                assertRefusedStreamIsLost(reply);
            } else {
                assertRefused("streaming", 502, reply);
            }
        }
    }

    @Test
    void serviceThatTakesTooLongIsA504ThatIsNotSentAgain() {
        assertRefused("impatient", 504, Reply.nothing().hold());
    }

    @Test
    void unreachableServiceIsAPageThatIsNotSentAgain() {
        try (GatewayServer server = new GatewayServer(gateway, "unreachable");
                FaultRow row = row(server).expectRequests(0).withoutNextCall()) {
            ApiException error = row.fails(ApiException.class);

            assertThat(error.status()).isEqualTo(statusIfUnreachable);
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }

    @Test
    void requestsBeyondARateAreSentThreeTimesAndNeverReachTheService() {
        try (GatewayServer server = new GatewayServer(gateway, "limited");
                FaultRow row = row(
                                server,
                                client ->
                                        client.header("X-Row", UUID.randomUUID().toString()))
                        .withoutNextCall()) {
            row.completes(Reply.whole());

            RateLimitException error = row.fails(RateLimitException.class);

            assertThat(error.code()).isNull();
            assertFacts(error, Phase.HEAD, BillingState.NOT_CHARGED, 3);
        }
    }

    @Test
    void requestThatTheGatewayPutOffReachesTheServiceOnce() {
        Duration putOff = Duration.ofSeconds(1);
        try (GatewayServer server = new GatewayServer(gateway, "rationed");
                FaultRow row = row(server).expectRequests(2)) {
            Gate enough = new Gate();
            var first = row.start(Reply.stream(sse(START, DELTA))
                    .await(enough)
                    .data(sse(END, DONE))
                    .end());
            first.awaitItems(2);
            var second = row.start(Reply.whole());
            row.clock().awaitTimer(putOff);

            enough.open();
            first.awaitCompletion();
            server.awaitIdle();
            row.clock().advance(putOff);

            assertThat(second.awaitCompletion()).hasSize(3);
            assertThat(row.ledger().waits()).containsExactly(putOff);
            // The gateway counts what it carries, and would put the next call off too.
            server.awaitIdle();
        }
    }

    @Test
    void cancelReachesTheService() {
        try (GatewayServer server = new GatewayServer(gateway, "streaming");
                FaultRow row = row(server)) {
            var events = row.start(Reply.stream(sse(START, DELTA)).hold());
            events.awaitItems(2);

            events.cancel();

            server.awaitRelease();
        }
    }

    final void assertNothingIsLost(String way) {
        StringBuilder stream = new StringBuilder(sse(START));
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < PIECES; i++) {
            String piece = i + " grüße \uD83E\uDD16 ";
            expected.append(piece);
            stream.append(sse("{\"type\": \"content_delta\", \"delta\": \"" + piece + "\"}"));
        }
        try (GatewayServer server = new GatewayServer(gateway, way);
                FaultRow row = row(server)) {
            var events = row.completes(
                    Reply.stream(stream.append(sse(END, DONE)).toString()).end());

            assertThat(events).hasSize(PIECES + 2);
            assertThat(text(events)).isEqualTo(expected.toString());
        }
    }

    final FaultRow row(GatewayServer server) {
        return row(server, client -> {});
    }

    private FaultRow row(GatewayServer server, Consumer<NeuralBox.Builder> settings) {
        return FaultRow.on(carrier, server, config -> {}, settings);
    }

    private void assertBroken(String way, Reply reply) {
        try (GatewayServer server = new GatewayServer(gateway, way);
                FaultRow row = row(server)) {
            assertBroken(row.fails(StreamBrokenException.class, reply));
        }
    }

    private static void assertBroken(StreamBrokenException error) {
        // A gateway may end the stream of HTTP/2 in good order, and leave it to the protocol to tell that it is cut.
        assertThat(error.kind())
                .as(Traces.of(error))
                .isIn(StreamBrokenException.Kind.RESET, StreamBrokenException.Kind.TRUNCATED);
        assertThat(error.partial().text()).isEqualTo("Here");
        assertFacts(error, Phase.STREAM, BillingState.UNKNOWN, 1);
    }

    /** HAProxy resets what it has not answered with REFUSED_STREAM, although the service has seen the request. */
    private void assertRefusedStreamIsLost(Reply reply) {
        try (GatewayServer server = new GatewayServer(gateway, "streaming");
                FaultRow row = row(server)) {
            ConnectionException error = row.fails(ConnectionException.class, reply);

            assertThat(error.reason()).as(Traces.of(error)).isEqualTo(ConnectionException.Reason.LOST);
            assertFacts(error, Phase.SENT, BillingState.UNKNOWN, 1);
        }
    }

    private void assertRefused(String way, int status, Reply reply) {
        try (GatewayServer server = new GatewayServer(gateway, way);
                FaultRow row = row(server)) {
            ApiException error = row.fails(ApiException.class, reply);

            assertThat(error.status()).isEqualTo(status);
            assertThat(error.code()).isNull();
            assertFacts(error, Phase.HEAD, BillingState.UNKNOWN, 1);
        }
    }
}
