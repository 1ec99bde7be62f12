package top.neuralbox.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.Billing;
import top.neuralbox.GenerationEvent;
import top.neuralbox.concurrent.ManualDelayer;
import top.neuralbox.logs.Logs;

/** What a relay's reader gets, and when. Its end by failure is in {@link StreamRelayFailureTest}. */
class StreamRelayTest {

    private static final String DONE = "data: [DONE]\n\n";

    private final StubEvents events = new StubEvents();
    private final ManualDelayer time = new ManualDelayer();

    @Test
    void aGenerationIsWrittenAsTheServiceWouldWriteIt() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.start().delta("Here").delta(" are").end().complete();

        assertThat(reader.writes)
                .containsExactly(
                        "data: {\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}\n\n",
                        "data: {\"type\": \"content_delta\", \"delta\": \"Here\"}\n\n",
                        "data: {\"type\": \"content_delta\", \"delta\": \" are\"}\n\n",
                        "data: {\"type\": \"generation_end\", \"id\": \"gen_1\"}\n\n",
                        DONE);
        assertThat(reader.completed).isTrue();
    }

    @Test
    void billingIsWrittenIfAskedFor() {
        BodyReader reader = BodyReader.of(builder().billing(true).build()).all();
        events.end().complete();

        assertThat(reader.writes.get(0))
                .isEqualTo("data: {\"type\": \"generation_end\", \"id\": \"gen_1\","
                        + " \"tokens_used\": 3, \"balance_remaining\": 297.50}\n\n");
    }

    @Test
    void aFigureWithAHugeExponentStaysShort() {
        BodyReader reader = BodyReader.of(builder().billing(true).build()).all();
        events.publish(new GenerationEvent.End(null, Billing.of(new BigDecimal("1E+999999999"), null), "{}"));

        assertThat(reader.writes)
                .containsExactly("data: {\"type\": \"generation_end\", \"tokens_used\": 1E+999999999}\n\n");
    }

    @Test
    void textIsEscapedSoThatAnEventStaysOneLine() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.delta("a\"b\\c\nd\re\tf\u0000g\u2028 Привет 🎨");

        assertThat(reader.writes)
                .containsExactly("data: {\"type\": \"content_delta\", \"delta\":"
                        + " \"a\\\"b\\\\c\\nd\\u000de\\u0009f\\u0000g\u2028 Привет 🎨\"}\n\n");
    }

    @Test
    void aSurrogatePairCutBetweenTwoDeltasIsWrittenAsEscapes() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.delta("paint \ud83c").delta("\udfa8!");

        assertThat(reader.writes)
                .containsExactly(
                        "data: {\"type\": \"content_delta\", \"delta\": \"paint \\ud83c\"}\n\n",
                        "data: {\"type\": \"content_delta\", \"delta\": \"\\udfa8!\"}\n\n");
    }

    @Test
    void anUnknownEventIsLeftOut() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.publish(unknown()).delta("a");

        assertThat(reader.writes).containsExactly("data: {\"type\": \"content_delta\", \"delta\": \"a\"}\n\n");
    }

    @Test
    void anUnknownEventIsWrittenOnOneLineIfAskedFor() {
        BodyReader reader = BodyReader.of(builder().unknownEvents(true).build()).all();
        events.publish(unknown());

        assertThat(reader.writes).containsExactly("data: {\"type\": \"thought\",  \"text\": \"hm\"}\n\n");
    }

    @Test
    void theHeadIsSettledByTheFirstEvent() {
        StreamRelay relay = relay();
        assertThat(relay.head()).isNotDone();

        events.start();
        StreamRelay.Head head = relay.head().join();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers())
                .containsEntry("Content-Type", "text/event-stream")
                .containsEntry("Cache-Control", "no-store, no-transform")
                .containsEntry("X-Accel-Buffering", "no")
                .hasSize(3);
    }

    @Test
    void nothingIsWrittenBeforeTheHeadIsSettled() {
        BodyReader reader = BodyReader.of(relay()).all();
        time.advance(Duration.ofMinutes(2));

        assertThat(reader.writes).isEmpty();
    }

    @Test
    void aHeadThatMustNotBeLateIsSettledWithoutAnEvent() {
        StreamRelay relay = builder().headWithin(Duration.ofSeconds(5)).build();
        BodyReader reader = BodyReader.of(relay).all();

        time.advance(Duration.ofMillis(4_999));
        assertThat(relay.head()).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(relay.head().join().status()).isEqualTo(200);
        time.advance(Duration.ofSeconds(15));
        assertThat(reader.writes).containsExactly(": \n\n");
    }

    @Test
    void theHeadAloneAsksForOneEvent() {
        relay().head();

        assertThat(events.demand).isEqualTo(1);
        events.start();
        assertThat(events.demand).isZero();
    }

    @Test
    void eachCallOfHeadGivesAFutureOfItsOwn() {
        StreamRelay relay = relay();
        relay.head().cancel(true);
        events.start();

        assertThat(relay.head().join().status()).isEqualTo(200);
        assertThat(events.cancels).isZero();
    }

    @Test
    void demandOfTheReaderIsDemandForEvents() {
        BodyReader reader = BodyReader.of(relay());
        assertThat(events.demand).isEqualTo(1);

        events.start();
        reader.request(3);
        assertThat(reader.writes).hasSize(1);
        assertThat(events.demand).isEqualTo(2);
    }

    @Test
    void atMostSixteenEventsAreAskedForAhead() {
        BodyReader.of(relay()).all();
        events.start();

        assertThat(events.demand).isEqualTo(16);
    }

    @Test
    void commentsDoNotAddToTheDemandForEvents() {
        BodyReader reader = BodyReader.of(relay()).request(2);
        events.start();
        for (int i = 0; i < 100; i++) {
            time.advance(Duration.ofSeconds(15));
            reader.request(1);
        }

        assertThat(reader.writes).hasSize(101);
        assertThat(events.demand).isEqualTo(1);
    }

    @Test
    void aCommentIsWrittenWhileTheModelThinks() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.start();

        time.advance(Duration.ofMillis(14_999));
        assertThat(reader.writes).hasSize(1);
        time.advance(Duration.ofMillis(1));
        assertThat(reader.writes).hasSize(2).last().isEqualTo(": \n\n");
        time.advance(Duration.ofSeconds(15));
        assertThat(reader.writes).hasSize(3).last().isEqualTo(": \n\n");
    }

    @Test
    void anEventPutsTheNextCommentOff() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.start();
        time.advance(Duration.ofSeconds(10));
        events.delta("a");

        time.advance(Duration.ofMillis(14_999));
        assertThat(reader.writes).hasSize(2);
        time.advance(Duration.ofMillis(1));
        assertThat(reader.writes).last().isEqualTo(": \n\n");
    }

    @Test
    void noCommentIsWrittenToAReaderThatHasNoRoom() {
        BodyReader reader = BodyReader.of(relay()).request(1);
        events.start();
        time.advance(Duration.ofMinutes(1));

        assertThat(reader.writes).hasSize(1);
    }

    @Test
    void noTimerIsLeftBehind() {
        BodyReader.of(builder().headWithin(Duration.ofMinutes(1)).build()).all();
        events.start().end().complete();

        assertThat(time.pending()).isZero();
    }

    @Test
    void theReaderThatCancelsStopsTheGeneration() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.start();
        reader.subscription.cancel();
        reader.subscription.cancel();

        assertThat(events.cancels).isEqualTo(1);
        assertThat(reader.completed).isFalse();
        assertThat(reader.error).isNull();
        assertThat(time.pending()).isZero();
    }

    @Test
    @Logs("a Flow.Subscriber of a relay threw")
    void theReaderThatThrowsStopsTheGeneration() {
        BodyReader reader = BodyReader.of(relay()).all();
        reader.thrownOnNext = new IllegalStateException("the socket is closed");
        events.start();

        assertThat(events.cancels).isEqualTo(1);
    }

    @Test
    void cancelBeforeTheHeadStopsTheGenerationAndFailsTheHead() {
        StreamRelay relay = relay();
        var head = relay.head();
        relay.cancel();

        assertThat(events.cancels).isEqualTo(1);
        assertThatThrownBy(head::join).isInstanceOf(CancellationException.class);
        assertThatThrownBy(relay.head()::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void cancelBetweenHeadAndBodyStopsTheGeneration() {
        StreamRelay relay = relay();
        relay.head();
        events.start();
        relay.cancel();

        assertThat(events.cancels).isEqualTo(1);
        assertThat(BodyReader.of(relay).error).isInstanceOf(CancellationException.class);
    }

    @Test
    void cancelBeforeAnythingMeansThatNothingIsSent() {
        StreamRelay relay = relay();
        relay.cancel();
        BodyReader.of(relay).all();

        assertThat(events.subscriptions).isZero();
    }

    @Test
    void cancelEndsTheBodyWithAnError() {
        StreamRelay relay = relay();
        BodyReader reader = BodyReader.of(relay).all();
        events.start();
        relay.cancel();

        assertThat(reader.error).isInstanceOf(CancellationException.class);
    }

    @Test
    void cancelAfterTheEndDoesNothing() {
        StreamRelay relay = relay();
        BodyReader reader = BodyReader.of(relay).all();
        events.end().complete();
        relay.cancel();

        assertThat(events.cancels).isZero();
        assertThat(reader.error).isNull();
    }

    @Test
    void aSecondReaderIsRefused() {
        StreamRelay relay = relay();
        BodyReader.of(relay);

        assertThat(BodyReader.of(relay).error).isInstanceOf(IllegalStateException.class);
        assertThat(events.subscriptions).isEqualTo(1);
    }

    @Test
    void aReaderThatTakesNothingIsGivenUpAfterFiveMinutes() {
        BodyReader reader = BodyReader.of(relay()).request(1);
        events.start();
        time.advance(Duration.ofMinutes(4));
        assertThat(events.cancels).isZero();
        time.advance(Duration.ofMinutes(1));

        assertThat(events.cancels).isEqualTo(1);
        assertThat(reader.error)
                .isInstanceOfSatisfying(
                        RelayStalledException.class,
                        error -> assertThat(error.patience()).isEqualTo(Duration.ofMinutes(5)));
        assertThat(time.pending()).isZero();
    }

    /** A server whose write blocks holds the thread that brings the events. */
    @Test
    void aCancelStopsTheEventsThoughTheReaderBlocks() throws Exception {
        try (BlockedReader reader = new BlockedReader(1)) {
            StreamRelay relay = relay();
            reader.readInBackground(relay, events);

            relay.cancel();

            assertThat(events.cancels).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aReaderThatBlocksForTooLongIsGivenUp(int write) throws Exception {
        try (BlockedReader reader = new BlockedReader(write)) {
            reader.readInBackground(relay(), events);

            time.advance(Duration.ofMinutes(4));
            assertThat(events.cancels).isZero();
            time.advance(Duration.ofMinutes(4));

            assertThat(events.cancels).isEqualTo(1);
        }
    }

    @Test
    void aPublisherThatThrowsAfterItsSubscriptionIsCancelled() {
        Flow.Publisher<GenerationEvent> hostile = subscriber -> {
            events.subscribe(subscriber);
            throw new IllegalStateException("hostile");
        };
        BodyReader reader = BodyReader.of(StreamRelay.builder(hostile)
                        .delayer(time)
                        .callbacks(Runnable::run)
                        .build())
                .all();

        assertThat(events.cancels).isPositive();
        assertThat(reader.completed).isTrue();
    }

    @Test
    void aReaderThatCancelsInItsLastBufferHearsNoEnd() {
        BodyReader reader = new BodyReader() {
            @Override
            public void onNext(ByteBuffer buffer) {
                super.onNext(buffer);
                if (writes.get(writes.size() - 1).equals(DONE)) {
                    subscription.cancel();
                }
            }
        };
        relay().body().subscribe(reader);
        reader.all();
        events.start().end().complete();

        assertThat(reader.writes).last().isEqualTo(DONE);
        assertThat(reader.completed).isFalse();
    }

    /** Blocks in one of its buffers until it is closed. */
    private final class BlockedReader extends BodyReader implements AutoCloseable {

        private final CountDownLatch blocked = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final int write;

        /** @param write the number of the buffer, from 1 */
        BlockedReader(int write) {
            this.write = write;
        }

        void readInBackground(StreamRelay relay, StubEvents events) throws InterruptedException {
            relay.body().subscribe(this);
            all();
            for (int i = 1; i < write; i++) {
                events.delta("x");
                time.advance(Duration.ofSeconds(14));
            }
            new Thread(() -> events.delta("y"), "engine").start();
            assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            super.onNext(buffer);
            if (writes.size() < write) {
                return;
            }
            blocked.countDown();
            try {
                assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            released.countDown();
        }
    }

    @Test
    void aReaderThatTakesOneNowAndThenIsLeftAlone() {
        BodyReader reader = BodyReader.of(relay()).request(1);
        events.start();
        for (int i = 0; i < 5; i++) {
            time.advance(Duration.ofMinutes(4));
            reader.request(1);
            events.delta("x");
        }
        assertThat(events.cancels).isZero();
        assertThat(reader.error).isNull();
    }

    @Test
    void aReaderThatWaitsForTheModelIsLeftAlone() {
        BodyReader reader = BodyReader.of(relay()).all();
        events.start();
        time.advance(Duration.ofHours(1));
        assertThat(events.cancels).isZero();
        assertThat(reader.error).isNull();
    }

    @Test
    void aHeadWithoutAReaderOfTheBodyIsGivenUp() {
        StreamRelay relay = builder().readerPatience(Duration.ofSeconds(30)).build();
        assertThat(relay.head()).isNotDone();
        events.start();
        time.advance(Duration.ofSeconds(31));

        assertThat(events.cancels).isEqualTo(1);
        assertThat(BodyReader.of(relay).error).isInstanceOf(RelayStalledException.class);
    }

    @Test
    void timesThatAreNotPositiveAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().keepAlive(Duration.ZERO))
                .withMessageContaining("keepAlive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().headWithin(Duration.ofSeconds(-1)))
                .withMessageContaining("headWithin");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().readerPatience(Duration.ZERO))
                .withMessageContaining("readerPatience");
    }

    private static GenerationEvent unknown() {
        return new GenerationEvent.Unknown("thought", "{\"type\": \"thought\",\n \"text\": \"hm\"}");
    }

    private StreamRelay relay() {
        return builder().build();
    }

    private StreamRelay.Builder builder() {
        return StreamRelay.builder(events).delayer(time).callbacks(Runnable::run);
    }
}
