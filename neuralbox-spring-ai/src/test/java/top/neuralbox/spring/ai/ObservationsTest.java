package top.neuralbox.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.retry.NonTransientAiException;
import top.neuralbox.NeuralBox;
import top.neuralbox.logs.Logs;
import top.neuralbox.metrics.NeuralBoxTracing;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** Calls are observed by Spring AI's conventions. */
class ObservationsTest {

    private static final String NAME = "gen_ai.client.operation";
    private static final Duration LONG = Duration.ofSeconds(10);

    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final LocalNeuralBox service =
            LocalNeuralBox.builder().deltas(List.of("Here", " are", " three")).start();
    private final NeuralBoxChatModel model = model(Carrier.HTTPCLIENT.client(service));

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void callIsObserved() {
        model.call("hello");

        assertCompleteObservation();
    }

    @Test
    void streamIsObserved() {
        model.stream("hello").blockLast(LONG);

        assertCompleteObservation();
    }

    @Test
    void streamIsObservedUnderTheSubscribersObservation() {
        Observation parent = Observation.start("parent", registry);

        model.stream("hello")
                .contextWrite(context -> context.put(ObservationThreadLocalAccessor.KEY, parent))
                .blockLast(LONG);

        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo(NAME)
                .that()
                .hasParentObservationEqualTo(parent);
    }

    /** Handlers are code of the application. The first scope is ours; Reactor opens the others, for each event. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Logs(perhaps = "an observation handler or convention threw")
    void streamGoesOnThoughAHandlerThrowsAtItsScope(boolean opened) {
        AtomicInteger left = new AtomicInteger(1);
        registry.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onScopeOpened(Observation.Context context) {
                if (opened && left.getAndDecrement() > 0) {
                    throw new IllegalStateException("hostile");
                }
            }

            @Override
            public void onScopeClosed(Observation.Context context) {
                if (!opened && left.getAndDecrement() > 0) {
                    throw new IllegalStateException("hostile");
                }
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });

        model.stream("hello").blockLast(LONG);

        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo(NAME)
                .that()
                .hasBeenStopped();
        assertThat(registry.getCurrentObservationScope()).isNull();
    }

    /** The answer is paid for by then, and its caller would pay once more. */
    @ParameterizedTest
    @EnumSource(Moment.class)
    @Logs(perhaps = "an observation handler or convention threw")
    void handlerThatThrowsTakesNoAnswerAway(Moment moment) {
        AtomicInteger open = new AtomicInteger();
        registry.observationConfig().observationHandler(new Counting(open)).observationHandler(new Hostile(moment));

        assertThat(model.call("hello")).isNotEmpty();
        assertThat(registry.getCurrentObservationScope()).isNull();
        if (moment == Moment.SCOPE_OPENED || moment == Moment.SCOPE_CLOSED) {
            // Reactor opens a scope of its own for each signal of a stream.
            assertThat(open).hasValue(0);
            return;
        }
        assertThat(String.join(
                        "",
                        Objects.requireNonNull(
                                model.stream("hello").collectList().block(LONG))))
                .isNotEmpty();
        service.misbehave(Fault.withoutEnd());
        assertThatThrownBy(() -> model.stream("hello").blockLast(LONG)).isInstanceOf(NonTransientAiException.class);

        // Micrometer stops at the first handler that throws.
        assertThat(open.get()).isEqualTo(moment == Moment.STOP ? 3 : 0);
        assertThat(registry.getCurrentObservationScope()).isNull();
    }

    private enum Moment {
        START,
        SCOPE_OPENED,
        SCOPE_CLOSED,
        ERROR,
        STOP
    }

    /** Counts the spans that are not ended. */
    private record Counting(AtomicInteger open) implements ObservationHandler<Observation.Context> {

        @Override
        public void onStart(Observation.Context context) {
            open.incrementAndGet();
        }

        @Override
        public void onStop(Observation.Context context) {
            open.decrementAndGet();
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private record Hostile(Moment moment) implements ObservationHandler<Observation.Context> {

        @Override
        public void onStart(Observation.Context context) {
            throwAt(Moment.START);
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            throwAt(Moment.SCOPE_OPENED);
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            throwAt(Moment.SCOPE_CLOSED);
        }

        @Override
        public void onError(Observation.Context context) {
            throwAt(Moment.ERROR);
        }

        @Override
        public void onStop(Observation.Context context) {
            throwAt(Moment.STOP);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof ChatModelObservationContext;
        }

        private void throwAt(Moment here) {
            if (here == moment) {
                throw new AssertionError("hostile");
            }
        }
    }

    @Test
    void failedCallIsObservedWithItsError() {
        service.misbehave(Fault.withoutEnd());

        assertThatThrownBy(() -> model.call("hello")).isInstanceOf(NonTransientAiException.class);

        assertFailedObservation();
    }

    @Test
    void failedStreamIsObservedWithItsError() {
        service.misbehave(Fault.withoutEnd());

        assertThatThrownBy(() -> model.stream("hello").blockLast(LONG)).isInstanceOf(NonTransientAiException.class);

        assertFailedObservation();
    }

    @Test
    void cancelledStreamIsObservedToItsEnd() {
        service.misbehave(Fault.endless());

        model.stream(new Prompt("hello")).take(2).blockLast(LONG);

        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo(NAME)
                .that()
                .hasBeenStopped();
    }

    @Test
    void observationOfTheClientBelongsToThatOfTheCall() {
        NeuralBoxChatModel traced = model(Carrier.HTTPCLIENT.client(service, NeuralBoxTracing.create(registry)));

        traced.call("hello");

        assertThatTheClientIsObservedWithin();
    }

    @Test
    void observationOfTheClientBelongsToThatOfTheStream() {
        NeuralBoxChatModel traced = model(Carrier.HTTPCLIENT.client(service, NeuralBoxTracing.create(registry)));

        traced.stream("hello").blockLast(LONG);

        assertThatTheClientIsObservedWithin();
    }

    private NeuralBoxChatModel model(NeuralBox neuralBox) {
        return NeuralBoxChatModel.builder(neuralBox)
                .options(ChatOptions.builder().model("gpt-5").build())
                .observationRegistry(registry)
                .build();
    }

    /** Otherwise the spans of one request are in two traces. */
    private void assertThatTheClientIsObservedWithin() {
        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo("neuralbox.generation")
                .that()
                .hasParentObservationContextSatisfying(
                        parent -> assertThat(parent.getName()).isEqualTo(NAME));
    }

    private void assertCompleteObservation() {
        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo(NAME)
                .that()
                .hasLowCardinalityKeyValue("gen_ai.operation.name", "chat")
                .hasLowCardinalityKeyValue("gen_ai.system", "neuralbox")
                .hasLowCardinalityKeyValue("gen_ai.request.model", "gpt-5")
                .hasLowCardinalityKeyValue("gen_ai.response.model", "gpt-5")
                .hasHighCardinalityKeyValue("gen_ai.usage.total_tokens", "0")
                .hasBeenStarted()
                .hasBeenStopped();
    }

    private void assertFailedObservation() {
        TestObservationRegistryAssert.assertThat(registry)
                .hasObservationWithNameEqualTo(NAME)
                .that()
                .hasError()
                .hasBeenStopped();
    }
}
