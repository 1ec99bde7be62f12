package top.neuralbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Data of events that a decoder may meet: right, nearly right, broken at any byte, and mere noise. */
final class HostileEvents {

    private static final List<String> USUAL_HEADS = List.of(
            "{\"type\": \"content_delta\", \"delta\": \"",
            "{\"type\":\"content_delta\",\"delta\":\"",
            "{\"type\": \"content_delta\",\"delta\": \"",
            "{ \"type\": \"content_delta\", \"delta\": \"",
            "{\"type\" :\"content_delta\",\"delta\":\"",
            "{\"delta\":\"x\",\"type\":\"content_delta\",\"delta\":\"",
            "{\"type\": \"content_delta\", \"index\": 0, \"delta\": \"");
    private static final List<String> TAILS = List.of(
            "\"}",
            "\"}",
            "\"}",
            "\"}",
            "\" }",
            "\"} ",
            "\"}\n",
            "\",\"delta\":\"last\"}",
            "\"",
            "}",
            "\"}}",
            "",
            "\"}{}");
    private static final List<String> PARTS = List.of(
            "a",
            "hello ",
            "lorem ipsum dolor",
            "#",
            "!",
            " ",
            "\u007F",
            "\\n",
            "\\\"",
            "\\\\",
            "\\/",
            "\\b\\f\\r\\t",
            "\\u0000",
            "\\u00e9",
            "\\u041F",
            "\\ud83d",
            "\\ude00",
            "\\ud83d\\ude00",
            "é",
            "Привет",
            "語",
            "😀",
            "\u2028",
            "\uFFFD",
            "\\",
            "\\x",
            "\\u12",
            "\\u12g4",
            "\\U0041",
            "\"",
            "\u0000",
            "\u001f",
            "\n",
            "\t",
            "\", \"delta\": \"");
    private static final List<String> OBJECTS = List.of(
            "{\"type\": \"generation_start\", \"id\": \"gen_1\", \"model\": \"gpt-5\"}",
            "{\"type\":\"generation_start\",\"id\":18473,\"model_slug\":\"m\"}",
            "{\"type\": \"generation_end\", \"id\": \"g\", \"tokens_used\": 3, \"balance_remaining\": 296.50}",
            "{\"type\":\"generation_end\",\"tokens_spent\":-0,\"tokens_used\":1e400,\"balance_remaining\":0.1E-2}",
            "{\"type\":\"error\",\"message\":\"m\",\"code\":\"c\",\"details\":{\"a\":[1,{}]},\"retry_after\":30}",
            "{\"type\":\"ping\",\"n\":[-0.5,1e-9,true,false,null,[],{}],\"\\u0061\":{\"b\":\"\\ud83d\"}}",
            "{\"type\":\"content_delta\",\"delta\":null}",
            "{\"type\":\"ping\",\"\\ud83d\":1,\"a\\uDE00b\" : \"\\ud83d\",\"\\ud83d\\ude00\":{\"\\\\ud83d\":[]}}",
            "{}",
            "[]",
            "[DONE]",
            " [DONE] ",
            "",
            " \t\r\n",
            "null",
            "\uFEFF{\"type\":\"ping\"}");

    private static final Byte[] JSON_BYTES = "{}[]\",:\\/0123456789.eE+-tfnu \t\n"
            .chars()
            .mapToObj(c -> (byte) c)
            .toArray(Byte[]::new);

    private HostileEvents() {}

    static Arbitrary<byte[]> any() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, deltas()),
                Tuple.of(4, mutated(deltas())),
                Tuple.of(2, objects()),
                Tuple.of(4, mutated(objects())),
                Tuple.of(1, noise()));
    }

    private static Arbitrary<byte[]> objects() {
        return Arbitraries.of(OBJECTS).map(HostileEvents::utf8);
    }

    private static Arbitrary<byte[]> deltas() {
        Arbitrary<byte[]> text = Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.of(PARTS).map(HostileEvents::utf8)),
                        Tuple.of(
                                1,
                                Arbitraries.bytes()
                                        .array(byte[].class)
                                        .ofMinSize(1)
                                        .ofMaxSize(3)))
                .list()
                .ofMaxSize(6)
                .map(HostileEvents::join);
        return Combinators.combine(Arbitraries.of(USUAL_HEADS), text, Arbitraries.of(TAILS))
                .as((head, middle, tail) -> join(List.of(utf8(head), middle, utf8(tail))));
    }

    /** Some bytes replaced, removed, inserted or the end cut off. */
    private static Arbitrary<byte[]> mutated(Arbitrary<byte[]> originals) {
        Arbitrary<Integer> position = Arbitraries.integers().between(0, Integer.MAX_VALUE);
        Arbitrary<Byte> replacement = Arbitraries.oneOf(Arbitraries.bytes(), Arbitraries.of(JSON_BYTES));
        return Combinators.combine(originals, Arbitraries.integers().between(0, 3), position, replacement)
                .as(HostileEvents::mutate);
    }

    private static byte[] mutate(byte[] original, int kind, int position, byte replacement) {
        if (original.length == 0) {
            return original;
        }
        int at = position % original.length;
        byte[] head = Arrays.copyOf(original, at);
        byte[] tail = Arrays.copyOfRange(original, at + 1, original.length);
        return switch (kind) {
            case 0 -> join(List.of(head, new byte[] {replacement}, tail));
            case 1 -> join(List.of(head, tail));
            case 2 -> join(List.of(head, new byte[] {replacement, original[at]}, tail));
            default -> head;
        };
    }

    private static Arbitrary<byte[]> noise() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(60);
    }

    private static byte[] join(List<byte[]> parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        parts.forEach(whole::writeBytes);
        return whole.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
