package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static top.neuralbox.transport.httpclient.Calls.head;
import static top.neuralbox.transport.httpclient.Calls.post;
import static top.neuralbox.transport.httpclient.Calls.subscribe;
import static top.neuralbox.transport.httpclient.Calls.text;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.impl.ChainElement;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportConfig.Protocol;

/**
 * A call is cancelled in the very moment in which the connection that it opened has become the next call's. No race is needed:
 * an interceptor of the next call runs just then.
 */
class LateCancelTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** The next call may be queued too late, and then has a connection that nobody can cancel any more. */
    private static final int MOST_ROUNDS = 20;

    private final AtomicReference<TransportCall> first = new AtomicReference<>();
    private final AtomicReference<RecordingSubscriber<ByteBuffer>> body = new AtomicReference<>();
    private volatile boolean met;

    @Test
    void leavesTheConnectionToTheNextCall() {
        for (int round = 0; round < MOST_ROUNDS && !met; round++) {
            Gate last = new Gate();
            try (ScriptedServer server = ScriptedServer.start();
                    HttpClientTransport transport = transport(Protocol.HTTP_1_1)) {
                server.answer(Script.builder()
                                .eventStream()
                                .chunk("first")
                                .await(last)
                                .lastChunk()
                                .build())
                        .answer(Script.response(200, "second"));

                cancelAsTheNextBegins(transport, server.uri("/first"), server.uri("/second"), last::open);

                assertThat(server.connectionCount()).isEqualTo(1);
            }
        }
        assertThat(met).isTrue();
    }

    @Test
    void leavesTheConnectionToTheNextCallInHttp2() throws Exception {
        for (int round = 0; round < MOST_ROUNDS && !met; round++) {
            AtomicReference<HttpServerResponse> held = new AtomicReference<>();
            Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
            try (Http2Server server = Http2Server.start(CERTIFICATES, request -> {
                        connections.add(request.connection());
                        if (request.path().equals("/first")) {
                            held.set(request.response());
                            request.response().write("first");
                        } else {
                            request.response().end("second");
                        }
                    });
                    HttpClientTransport transport = transport(Protocol.HTTP_2)) {
                cancelAsTheNextBegins(
                        transport,
                        server.uri("/first"),
                        server.uri("/second"),
                        () -> held.get().end());

                assertThat(connections).hasSize(1);
            }
        }
        assertThat(met).isTrue();
    }

    private void cancelAsTheNextBegins(HttpClientTransport transport, URI firstUri, URI secondUri, Runnable end) {
        first.set(transport.start(post(firstUri).build()));
        body.set(subscribe(head(first.get())));
        body.get().awaitItems(1);
        TransportCall second = transport.start(post(secondUri).build());

        end.run();

        assertThat(text(head(second))).isEqualTo("second");
    }

    private HttpClientTransport transport(Protocol protocol) {
        return HttpClientTransport.builder()
                .config(TransportConfig.builder()
                        .trustManager(CERTIFICATES.trustManager())
                        .protocols(protocol)
                        .maxConnections(1)
                        .build())
                .customize(builder -> builder.addExecInterceptorAfter(
                        ChainElement.CONNECT.name(), "cancelling", (request, entity, scope, chain, callback) -> {
                            if (request.getPath().equals("/second")) {
                                met |= !body.get().isTerminated();
                                first.get().cancel();
                            }
                            chain.proceed(request, entity, scope, callback);
                        }))
                .build();
    }
}
