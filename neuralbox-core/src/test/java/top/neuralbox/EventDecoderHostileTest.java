package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import top.neuralbox.EventDecoder.Signal;

class EventDecoderHostileTest {

    @Property(tries = 20_000)
    void bothPathsGiveTheSameResultForTheSameBytes(@ForAll("hostile") byte[] data) {
        assertThat(Decoded.by(new EventDecoder(), data)).isEqualTo(Decoded.by(EventDecoder.withoutFastPath(), data));
    }

    @Property(tries = 2_000)
    void aDecoderThatReadOtherEventsBeforeGivesTheSameResultAsANewOne(@ForAll("runs") List<byte[]> events) {
        EventDecoder used = new EventDecoder();
        EventDecoder slow = EventDecoder.withoutFastPath();
        for (byte[] data : events) {
            Decoded fresh = Decoded.by(new EventDecoder(), data);
            assertThat(Decoded.by(used, data)).isEqualTo(fresh);
            assertThat(Decoded.by(slow, data)).isEqualTo(fresh);
        }
    }

    @Property(tries = 2_000)
    void whatStandsAroundTheDataPlaysNoPart(@ForAll("hostile") byte[] data, @ForAll byte before, @ForAll byte after) {
        byte[] padded = new byte[data.length + 2];
        padded[0] = before;
        System.arraycopy(data, 0, padded, 1, data.length);
        padded[padded.length - 1] = after;

        assertThat(Decoded.by(new EventDecoder(), padded, 1, data.length))
                .isEqualTo(Decoded.by(new EventDecoder(), data));
    }

    @Property(tries = 20_000)
    void onlyAnObjectOfStrictJsonIsAnEvent(@ForAll("hostile") byte[] data) {
        Decoded decoded = Decoded.by(EventDecoder.withoutFastPath(), data);

        if (decoded.isEvent() || decoded.signal() == Signal.ERROR) {
            assertThat(StrictJson.isObject(text(data))).isTrue();
        } else if (decoded.isMalformed() && decoded.result().toString().startsWith("not")) {
            assertThat(StrictJson.isObject(text(data))).isFalse();
        }
    }

    @Property(tries = 2_000)
    void theDataIsLeftAsItWas(@ForAll("hostile") byte[] data) {
        byte[] before = data.clone();

        Decoded.by(new EventDecoder(), data);

        assertThat(data).isEqualTo(before);
    }

    @Property
    void figuresAreExact(@ForAll long units, @ForAll @IntRange(min = 0, max = 12) int scale) {
        BigDecimal balance = BigDecimal.valueOf(units, scale);

        Decoded decoded = Decoded.by(
                new EventDecoder(),
                "{\"type\":\"generation_end\",\"balance_remaining\":" + balance.toPlainString() + "}");

        assertThat(((GenerationEvent.End) decoded.result()).billing().balanceRemaining())
                .isEqualTo(balance);
    }

    @Provide
    Arbitrary<byte[]> hostile() {
        return HostileEvents.any();
    }

    @Provide
    Arbitrary<List<byte[]>> runs() {
        return HostileEvents.any().list().ofMaxSize(8);
    }

    private static String text(byte[] data) {
        return new String(data, StandardCharsets.UTF_8);
    }
}
