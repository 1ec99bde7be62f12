package top.neuralbox.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import top.neuralbox.json.JsonObjectReader;
import top.neuralbox.sse.EventStreamWriter;

/** The bytes are those of the general way through {@link JsonText} and {@link EventStreamWriter}. */
class RelayedDeltaTest {

    @Property(tries = 5_000)
    void isWhatTheGeneralWayWrites(@ForAll String text) {
        assertThat(written(text)).isEqualTo(general(text));
    }

    @Property(tries = 5_000)
    void isWhatTheGeneralWayWritesOfSurrogatesAndAscii(
            @ForAll @CharRange(from = '\uD7FE', to = '\uE001') @CharRange(from = '\0', to = '\u0801') String text) {
        assertThat(written(text)).isEqualTo(general(text));
    }

    @Example
    void isReadBackAsTheText() throws Exception {
        String text = "a\"\\/\b\n\r\t\0\u007F\u0080é\u07FF\u0800€\uFFFF😀\uD83D";
        byte[] data = written(text);

        JsonObjectReader event = new JsonObjectReader();
        event.open(data, "data: ".length(), data.length - "\n\n".length());
        assertThat(event.nextName()).isEqualTo("type");
        assertThat(event.nextName()).isEqualTo("delta");
        assertThat(event.text()).isEqualTo(text);
    }

    private static byte[] written(String text) {
        return RelayedDelta.event(text).array();
    }

    private static byte[] general(String text) {
        String json = new JsonText()
                .string("type", "content_delta")
                .string("delta", text)
                .end();
        byte[] event = new EventStreamWriter().data(json).dispatch().drain();
        assertThat(new String(event, StandardCharsets.UTF_8)).endsWith("\"}\n\n");
        return event;
    }
}
