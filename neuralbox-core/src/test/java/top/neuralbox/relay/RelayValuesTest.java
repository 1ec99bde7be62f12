package top.neuralbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import top.neuralbox.concurrent.ManualDelayer;

/** Whatever a setter of the relay accepts works, and whatever does not work is refused by name. */
class RelayValuesTest {

    @ParameterizedTest
    @MethodSource("top.neuralbox.ValuesTest#durations")
    void relayRefusesByNameOrKeepsItsTimes(Duration value) {
        relayWorksOrRefuses("keepAlive", relay -> relay.keepAlive(value));
        relayWorksOrRefuses("headWithin", relay -> relay.headWithin(value));
        relayWorksOrRefuses("readerPatience", relay -> relay.readerPatience(value));
    }

    private static void relayWorksOrRefuses(String name, UnaryOperator<StreamRelay.Builder> set) {
        StubEvents events = new StubEvents();
        StreamRelay.Builder builder = StreamRelay.builder(events).delayer(new ManualDelayer());
        try {
            set.apply(builder);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).contains(name).hasSizeLessThan(300);
            return;
        }
        BodyReader reader = BodyReader.of(builder.build()).all();
        events.start().delta("Once").end().complete();

        assertThat(reader.writes).hasSize(4);
        assertThat(reader.completed).isTrue();
    }
}
