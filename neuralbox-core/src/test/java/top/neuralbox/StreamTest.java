package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.transport.TransportException;

/** Reading a {@link GenerationStream} by waiting. */
class StreamTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final NeuralBox client = transport.client(clock).build();

    /** A stream that a test leaves open would be warned of, in another test. */
    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void requestIsSentBeforeAnybodyReads() {
        client.stream(REQUEST);
        assertThat(transport.calls).hasSize(1);
    }

    @Test
    void readerSleepsUntilAnEventArrives() throws Exception {
        GenerationStream stream = client.stream(REQUEST);
        Iterator<String> pieces = stream.textDeltas().iterator();
        ReaderThread<String> reader = ReaderThread.start(pieces::next).awaitWaiting();
        transport.call(0).stream().start();
        reader.awaitWaiting();
        transport.call(0).delta("Here");
        assertThat(reader.result()).isEqualTo("Here");
    }

    @Test
    void eventIsHandedOutWhileTheResponseIsHeldOpen() {
        transport.next(call -> call.stream().start());
        Iterator<GenerationEvent> events = client.stream(REQUEST).iterator();
        assertThat(events.next()).isInstanceOf(GenerationEvent.Start.class);
    }

    @Test
    void unknownEventsAreHandedOutAsTheyCame() {
        transport.next(call -> call.stream()
                .event("{\"type\": \"mood\", \"value\": 1}")
                .end()
                .done()
                .finish());
        assertThat(client.stream(REQUEST).iterator().next())
                .isEqualTo(new GenerationEvent.Unknown("mood", "{\"type\": \"mood\", \"value\": 1}"));
    }

    @Test
    void textJoinsAllPieces() {
        transport.next(
                call -> call.stream().start().delta("Here").delta(" are").end().done());
        assertThat(client.stream(REQUEST).text()).isEqualTo("Here are");
    }

    @Test
    void textIsWholeHoweverLittleIsKept() {
        NeuralBox frugal = transport
                .client(clock)
                .limits(Limits.builder().keptText(0).build())
                .build();
        transport.next(StubTransport.StubCall::story);
        assertThat(frugal.stream(REQUEST).text()).isEqualTo("Once");
    }

    @Test
    void resultAfterIteratingKeepsNoMoreTextThanTheLimitAllows() {
        NeuralBox frugal = transport
                .client(clock)
                .limits(Limits.builder().keptText(2).build())
                .build();
        transport.next(StubTransport.StubCall::story);
        GenerationStream stream = frugal.stream(REQUEST);
        stream.forEach(event -> {});
        Generation result = stream.result();
        assertThat(result.text()).isEqualTo("On");
        assertThat(result.textTruncated()).isTrue();
    }

    @Test
    void resultReadsWhatTheIteratorLeft() {
        transport.next(StubTransport.StubCall::story);
        GenerationStream stream = client.stream(REQUEST);
        stream.iterator().next();
        Generation result = stream.result();
        assertThat(result.id()).isEqualTo("gen_1");
        assertThat(result.model()).isEqualTo("gpt-5");
        assertThat(result.requestId()).isEqualTo("req-1");
        assertThat(result.text()).isEqualTo("Once");
    }

    @Test
    void resultCanBeAskedForAgain() {
        transport.next(StubTransport.StubCall::story);
        GenerationStream stream = client.stream(REQUEST);
        stream.result();
        assertThat(stream.text()).isEqualTo("Once");
    }

    @Test
    void secondIteratorIsRefused() {
        GenerationStream stream = client.stream(REQUEST);
        stream.iterator();
        assertThatThrownBy(stream::iterator)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a GenerationStream is read once; keep the events, or use result()");
    }

    @Test
    void hasNextTakesNothingAway() {
        transport.next(StubTransport.StubCall::story);
        Iterator<GenerationEvent> events = client.stream(REQUEST).iterator();
        events.hasNext();
        events.hasNext();
        assertThat(events.next()).isInstanceOf(GenerationEvent.Start.class);
    }

    @Test
    void nextBehindTheEndThrows() {
        transport.next(StubTransport.StubCall::story);
        Iterator<GenerationEvent> events = client.stream(REQUEST).iterator();
        events.forEachRemaining(event -> {});
        assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void failureIsThrownEachTimeItIsAskedFor() {
        transport.next(call -> call.stream().start().finish());
        Iterator<GenerationEvent> events = client.stream(REQUEST).iterator();
        events.next();
        assertThatThrownBy(events::hasNext).isInstanceOf(StreamBrokenException.class);
        assertThatThrownBy(events::hasNext).isInstanceOf(StreamBrokenException.class);
    }

    @Test
    void eventsBeforeAResetAreHandedOutBeforeItIsThrown() {
        transport.next(call -> call.stream().start().delta("a").delta("b").fail(TransportException.Kind.LOST));
        List<GenerationEvent> events = new ArrayList<>();
        assertThatThrownBy(() -> client.stream(REQUEST).forEach(events::add))
                .isInstanceOfSatisfying(
                        StreamBrokenException.class,
                        e -> assertThat(e.kind()).isEqualTo(StreamBrokenException.Kind.RESET));
        assertThat(events).hasSize(3);
    }

    @Test
    void iteratorHasNoNextOnceTheResultTookTheEvents() {
        GenerationStream stream = client.stream(REQUEST);
        transport.call(0).story();
        Iterator<GenerationEvent> events = stream.iterator();
        assertThat(events.hasNext()).isTrue();

        stream.result();

        assertThat(events.hasNext()).isFalse();
        assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void noMoreChunksAreAskedForThanTheWindowWhileNobodyReads() {
        client.stream(REQUEST);
        StubTransport.StubCall call = transport.call(0).stream();
        for (int i = 0; i < 100; i++) {
            call.delta("word ");
        }
        assertThat(100 - call.undelivered()).isEqualTo(BodyInbox.WINDOW);
    }

    @Test
    void everyEventOfALongStreamArrivesInOrder() {
        int length = 10_000;
        transport.next(call -> {
            call.stream();
            for (int i = 0; i < length; i++) {
                call.delta("word " + i);
            }
            call.end().done().finish();
        });
        List<String> pieces = new ArrayList<>();
        client.stream(REQUEST).textDeltas().forEach(pieces::add);
        assertThat(pieces).hasSize(length);
        assertThat(pieces.get(length - 1)).isEqualTo("word " + (length - 1));
    }

    @Test
    void readingOnAnEventLoopIsRefusedWithWhatToCallInstead() {
        GenerationStream stream = client.stream(REQUEST);
        transport.loop = Thread.currentThread();
        assertThatThrownBy(stream::iterator)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this would block the event loop "
                        + Thread.currentThread().getName() + "; call publish there, or use another thread");
        assertThatThrownBy(stream::result).hasMessageContaining("generateAsync or publish");
        assertThatThrownBy(stream::text).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void streamCanBeOpenedAndCancelledOnAnEventLoop() {
        transport.loop = Thread.currentThread();
        client.stream(REQUEST).cancel();
        assertThat(transport.call(0).cancels()).isPositive();
    }

    @Test
    void failureOnAnotherThreadNamesTheLineThatWaitedForIt() throws Exception {
        GenerationStream stream = client.stream(REQUEST);
        ReaderThread<NeuralBoxException> reader =
                ReaderThread.start(() -> failureOf(stream)).awaitWaiting();
        transport.call(0).sent().fail(TransportException.Kind.LOST);
        assertThat(reader.result().getSuppressed())
                .singleElement()
                .satisfies(waited -> assertThat(waited.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("failureOf")));
    }

    @Test
    void failureOfGenerateNamesTheLineThatWaitedForIt() throws Exception {
        ReaderThread<NeuralBoxException> reader = ReaderThread.start(
                        () -> catchThrowableOfType(NeuralBoxException.class, () -> client.generate(REQUEST)))
                .awaitWaiting();
        transport.call(0).sent().fail(TransportException.Kind.LOST);
        assertThat(reader.result().getSuppressed())
                .singleElement()
                .satisfies(waited -> assertThat(waited.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("generate")));
    }

    @Test
    void failureThatIsThrownAgainKeepsTheLineThatMetItFirst() {
        transport.next(call -> call.stream().start().finish());
        GenerationStream stream = client.stream(REQUEST);
        NeuralBoxException first = failureOf(stream);
        assertThatThrownBy(stream::text).isSameAs(first);
        assertThat(first.getSuppressed()).hasSize(1);
    }

    private static NeuralBoxException failureOf(GenerationStream stream) {
        return catchThrowableOfType(NeuralBoxException.class, stream::text);
    }
}
