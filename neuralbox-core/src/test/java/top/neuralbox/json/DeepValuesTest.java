package top.neuralbox.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.AllocatedBytes;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeepValuesTest {

    /** What JSON is made of, and what it must not hold. */
    private static final String[] PIECES = {
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"\\u00e9\"",
        "\"\\n\"",
        "\"\\x\"",
        "\\",
        "0",
        "-",
        "01",
        "1.5",
        "1.",
        "2e9",
        "3E+",
        "-0",
        "true",
        "tru",
        "false",
        "null",
        "nulll",
        " ",
        "\t",
        "\u0001",
        "é",
        "/",
        "'",
        "+1",
        ".5",
        "NaN"
    };

    private final JsonFactory jackson = new JsonFactory();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aValueIsValidForTheSkipperIfItIsForJackson(long seed) {
        Random random = new Random(seed);
        int valid = 0;
        for (int i = 0; i < 60_000; i++) {
            String json = damaged(value(random, 4), random);
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            boolean isWhole = DeepValues.behindValue(bytes, 0, bytes.length) == bytes.length;
            assertThat(isWhole).as(json).isEqualTo(isValid(json));
            valid += isWhole ? 1 : 0;
        }
        assertThat(valid).isBetween(10_000, 50_000);
    }

    @Test
    void deepArraysAndObjectsAreReadAsIfTheyWereShallow() throws Exception {
        for (String deep :
                new String[] {"[".repeat(9_000) + "]".repeat(9_000), "{\"a\":".repeat(9_000) + "1" + "}".repeat(9_000)
                }) {
            JsonObjectReader reader = new JsonObjectReader();
            byte[] event = ("{\"x\": " + deep + ", \"\\ud800\": \"é\", \"y\": \"z\"}").getBytes(StandardCharsets.UTF_8);

            reader.open(event, 0, event.length);

            assertThat(reader.nextName()).isEqualTo("x");
            assertThat(reader.json()).isEqualTo(deep);
            assertThat(reader.nextName()).isEqualTo("\uFFFD");
            assertThat(reader.nextName()).isEqualTo("y");
            assertThat(reader.text()).isEqualTo("z");
            assertThat(reader.nextName()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,]", "{\"a\"}", "[", "tru", "[1 2]", "]", "\"\\x\""})
    void aDefectBelowTheLastLevelIsADefect(String defect) {
        String deep = "[".repeat(9_000) + defect + "]".repeat(9_000);
        byte[] event = ("{\"x\": " + deep + "}").getBytes(StandardCharsets.UTF_8);

        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> JsonObjectReader.read(event, 0, event.length, (name, reader) -> {})))
                .isInstanceOf(MalformedJsonException.class);
    }

    /** Jackson took a hundred bytes for each of them. */
    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void depthCostsAboutTheTextThatIsCopied(String level) {
        byte[] event = ("{\"type\":\"content_delta\",\"x\":" + level.repeat(1 << 20)).getBytes(StandardCharsets.UTF_8);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = AllocatedBytes.soFar();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> JsonObjectReader.read(event, 0, event.length, (name, reader) -> {})))
                    .isInstanceOf(MalformedJsonException.class);
            least = Math.min(least, AllocatedBytes.soFar() - before);
        }
        assertThat(least).isLessThan(2L * event.length + (1 << 20));
    }

    private static String value(Random random, int depth) {
        StringBuilder json = new StringBuilder();
        boolean object = random.nextBoolean();
        json.append(object ? '{' : '[');
        int members = random.nextInt(4);
        for (int i = 0; i < members; i++) {
            json.append(i > 0 ? "," : "").append(object ? "\"n\":" : "");
            switch (depth == 0 ? 2 : random.nextInt(4)) {
                case 0, 1 -> json.append(value(random, depth - 1));
                case 2 -> json.append(random.nextInt(100) - 50).append(random.nextBoolean() ? "" : ".25e-3");
                default -> json.append(random.nextBoolean() ? " true " : "\"s\\\\\"");
            }
        }
        return json.append(object ? '}' : ']').toString();
    }

    private static String damaged(String json, Random random) {
        if (random.nextInt(3) == 0) {
            return json;
        }
        int at = 1 + random.nextInt(json.length());
        int behind = Math.min(json.length(), at + random.nextInt(2));
        return json.substring(0, at) + PIECES[random.nextInt(PIECES.length)] + json.substring(behind);
    }

    private boolean isValid(String json) {
        try (JsonParser parser = jackson.createParser(json)) {
            parser.nextToken();
            parser.skipChildren();
            // Something behind the value is not part of it.
            return parser.currentLocation().getCharOffset() == json.length()
                    && parser.currentToken().isStructEnd();
        } catch (IOException e) {
            return false;
        }
    }
}
