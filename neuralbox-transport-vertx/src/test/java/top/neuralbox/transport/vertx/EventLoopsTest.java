package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.server.ScriptedServer;

class EventLoopsTest {

    private ScriptedServer server;
    private Vertx vertx;
    private HttpClientAgent client;
    private EventLoops loops;

    @BeforeEach
    void open() {
        server = ScriptedServer.start();
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(3));
        client = vertx.createHttpClient();
        loops = EventLoops.of((VertxInternal) vertx, System::nanoTime);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS);
        server.close();
    }

    @Test
    void thereIsAContextForEachLoop() {
        assertThat(loops.contexts()).hasSize(3);
        assertThat(loops.contexts())
                .extracting(context -> loops.stay(context).loop())
                .doesNotHaveDuplicates();
    }

    @Test
    void callsAreSpreadEvenly() {
        List<Context> taken = List.of(take(), take(), take(), take(), take(), take());

        assertThat(loops.contexts())
                .allSatisfy(loop -> assertThat(taken).filteredOn(loop::equals).hasSize(2));
    }

    @Test
    void nextCallGoesWhereOneHasEnded() {
        EventLoops.Place first = loops.take();
        EventLoops.Place second = loops.take();
        loops.take();

        second.giveBack();
        assertThat(take()).isSameAs(second.context());

        first.giveBack();
        assertThat(take()).isSameAs(first.context());
    }

    @Test
    void placeThatIsGivenBackTwiceCountsOnce() {
        EventLoops.Place ended = loops.take();
        ended.giveBack();
        ended.giveBack();

        List<Context> taken = List.of(take(), take(), take());

        assertThat(taken).doesNotHaveDuplicates();
    }

    @Test
    void placeThatTheApplicationChoseIsNotCounted() {
        EventLoops.Place chosen = loops.stay(loops.contexts().get(0));
        List<Context> taken = List.of(take(), take(), take());

        chosen.giveBack();

        assertThat(taken).doesNotHaveDuplicates();
        assertThat(List.of(take(), take(), take())).doesNotHaveDuplicates();
    }

    @Test
    void callMovesToTheLoopOfItsConnectionAndIsCountedThere() throws Exception {
        Context home = loops.contexts().get(2);
        HttpConnection connection = connectedOn(home);
        EventLoops.Place place = loops.take();

        assertThat(place.moveTo(connection)).isTrue();
        assertThat(place.context()).isSameAs(home);
        assertThat(List.of(take(), take()))
                .containsExactlyInAnyOrder(
                        loops.contexts().get(0), loops.contexts().get(1));

        place.giveBack();
        assertThat(take()).isSameAs(home);
    }

    @Test
    void callThatIsOnTheLoopOfItsConnectionDoesNotMove() throws Exception {
        EventLoops.Place place = loops.take();

        assertThat(place.moveTo(connectedOn(place.context()))).isFalse();
    }

    @Test
    void callDoesNotMoveFromALoopThatTheApplicationChose() throws Exception {
        EventLoops.Place chosen = loops.stay(loops.contexts().get(0));

        assertThat(chosen.moveTo(connectedOn(loops.contexts().get(1)))).isFalse();
        assertThat(chosen.context()).isSameAs(loops.contexts().get(0));
    }

    @Test
    void callThatHasEndedDoesNotMove() throws Exception {
        HttpConnection connection = connectedOn(loops.contexts().get(1));
        EventLoops.Place ended = loops.take();
        ended.giveBack();

        assertThat(ended.moveTo(connection)).isFalse();
        assertThat(List.of(take(), take(), take())).doesNotHaveDuplicates();
    }

    private Context take() {
        return loops.take().context();
    }

    /** An open connection whose loop is this one. */
    private HttpConnection connectedOn(Context loop) throws Exception {
        CompletableFuture<HttpConnection> connected = new CompletableFuture<>();
        HttpConnectOptions target =
                new HttpConnectOptions().setHost("127.0.0.1").setPort(server.port());
        loop.runOnContext(nothing -> client.connect(target).onComplete(connection -> {
            if (connection.succeeded()) {
                loops.opened(connection.result());
                connected.complete(connection.result());
            } else {
                connected.completeExceptionally(connection.cause());
            }
        }));
        return connected.get(Calls.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
