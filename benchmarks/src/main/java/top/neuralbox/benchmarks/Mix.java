package top.neuralbox.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** What the deltas of a sample are made of, and how the service spells them. */
public enum Mix {
    /** English words; of a hundred deltas, 5 not ASCII, 3 with a simple escape, 1 with a {@code \}{@code uXXXX}. */
    USUAL(
            " the; of; and; a; to; in; is; robot; paint;ing; that; was; for; on; are;ed; with; as; I; his; they;s; be; at;,;."
                    + "; one; have; this; from; or; had; by; hot; but; some; what; there; we; can; out; other; were") {
        @Override
        String text(Random random) {
            int kind = random.nextInt(100);
            String word = super.text(random);
            if (kind < 5) {
                return word + "é語".charAt(kind & 1);
            }
            if (kind < 8) {
                return word + "\n\"\\".charAt(kind - 5);
            }
            return kind == 8 ? word + '\u2014' : word;
        }

        @Override
        String json(String text) {
            return text.endsWith("\u2014") ? escaped(text) : raw(text);
        }
    },
    /** Russian words and emoji as Python's {@code json.dumps} writes them: nothing but escapes. */
    ESCAPED(Words.RUSSIAN) {
        @Override
        String json(String text) {
            return escaped(text);
        }
    },
    /** The same as UTF-8. */
    UTF8(Words.RUSSIAN) {
        @Override
        String json(String text) {
            return raw(text);
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> words;

    Mix(String words) {
        this.words = List.of(words.split(";", -1));
    }

    /** One delta. */
    String text(Random random) {
        return words.get(random.nextInt(words.size()));
    }

    /** The text between the quotes of a JSON string. */
    abstract String json(String text);

    private static String raw(String text) {
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            appendPlain(json, text.charAt(i));
        }
        return json.toString();
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                appendPlain(json, c);
            } else {
                json.append(String.format("\\u%04x", (int) c));
            }
        }
        return json.toString();
    }

    private static void appendPlain(StringBuilder json, char c) {
        switch (c) {
            case '\n' -> json.append("\\n");
            case '"' -> json.append("\\\"");
            case '\\' -> json.append("\\\\");
            default -> json.append(c);
        }
    }

    /** The bytes of a delta's event, and what it says. */
    byte[] event(String head, String text, String tail) {
        return (head + json(text) + tail).getBytes(StandardCharsets.UTF_8);
    }

    private static final class Words {
        static final String RUSSIAN =
                " и; в; не; он; на; я; что; тот; быть; с; а; весь; это; как; она; по; но; они; к; у;ты; из; робот; кисть; 🎨; краски;,;.";
    }
}
