package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.json.MalformedJsonException;

/** What an event may cost, whatever it holds: memory in proportion to its own length, not to the chunk that it lies in. */
class EventCostTest {

    private static final int SHORT = 100;
    private static final int LONG = 1 << 20;

    /** What events consist of. Each is about as long as it is told, and may be malformed. */
    enum Content {
        USUAL {
            @Override
            String json(int length) {
                return delta("a".repeat(length));
            }
        },
        USUAL_ESCAPED {
            @Override
            String json(int length) {
                return delta("\\n\\u00e9".repeat(length / 8));
            }
        },
        USUAL_EMOJI {
            @Override
            String json(int length) {
                return delta("\\ud83d\\ude00".repeat(length / 12));
            }
        },
        EMOJI_IN_ANOTHER_SHAPE {
            @Override
            String json(int length) {
                return "{\"type\":\"content_delta\",\"index\":0,\"delta\":\"" + "\\ud83d\\ude00".repeat(length / 12)
                        + "\"}";
            }
        },
        RAW_EMOJI_IN_ANOTHER_SHAPE {
            @Override
            String json(int length) {
                return "{\"type\":\"content_delta\",\"index\":0,\"delta\":\"" + "😀".repeat(length / 4) + "\"}";
            }
        },
        SURROGATES_IN_NAMES {
            @Override
            String json(int length) {
                return "{\"type\":\"content_delta\"" + ",\"\\ud800\":0".repeat(length / 11) + ",\"delta\":\"a\"}";
            }
        },
        LONG_NAME {
            @Override
            String json(int length) {
                return "{\"type\":\"ping\",\"" + "n".repeat(length) + "\":0}";
            }
        },
        MANY_NAMES {
            @Override
            String json(int length) {
                StringBuilder json = new StringBuilder("{\"type\":\"ping\"");
                for (int i = 0; json.length() < length; i++) {
                    json.append(",\"n").append(i).append("\":0");
                }
                return json.append('}').toString();
            }
        },
        LONG_NUMBER {
            @Override
            String json(int length) {
                return "{\"type\":\"generation_end\",\"tokens_used\":" + "9".repeat(length) + "}";
            }
        },
        LONG_ID {
            @Override
            String json(int length) {
                return "{\"type\":\"generation_start\",\"id\":\"" + "i".repeat(length) + "\"}";
            }
        },
        ERROR {
            @Override
            String json(int length) {
                return "{\"type\":\"error\",\"code\":\"c\",\"message\":\"" + "m".repeat(length) + "\"}";
            }
        },
        ESCAPED_QUOTES {
            @Override
            String json(int length) {
                return "{\"type\":\"ping\",\"a\":\"" + "\\\"".repeat(length / 2) + "\"}";
            }
        },
        SPACES {
            @Override
            String json(int length) {
                return "{\"type\":\"ping\"," + " ".repeat(length) + "\"a\":0}";
            }
        },
        DEEP {
            @Override
            String json(int length) {
                return "{\"type\":\"ping\",\"a\":" + "[".repeat(length / 2) + "]".repeat(length / 2) + "}";
            }
        },
        UNCLOSED {
            @Override
            String json(int length) {
                return "{\"type\":\"ping\",\"a\":" + "{\"a\":".repeat(length / 5);
            }
        },
        MALFORMED {
            @Override
            String json(int length) {
                return "{\"type\":\"ping\",\"a\":\"" + "x".repeat(length) + "\u0001\"}";
            }
        };

        abstract String json(int length);

        private static String delta(String text) {
            return "{\"type\": \"content_delta\", \"delta\": \"" + text + "\"}";
        }
    }

    @ParameterizedTest
    @EnumSource
    void aShortEventCostsLittleInALargeChunk(Content content) {
        assertThat(allocated(content.json(SHORT), 1 << 20)).isLessThan(16_000);
    }

    /** Text, event, JSON text of it, and what the parser's buffers grow by: a few times the length. */
    @ParameterizedTest
    @EnumSource
    void aLongEventCostsInProportion(Content content) {
        assertThat(allocated(content.json(LONG), LONG + 100)).isLessThan(24L * LONG);
    }

    /** A byte that is not UTF-8 in it. */
    @ParameterizedTest
    @EnumSource
    void anEventToBeRepairedCostsLittleInALargeChunk(Content content) {
        assertThat(allocated(content.json(SHORT).replace(":", ":\u00ff"), 1 << 20))
                .isLessThan(16_000);
    }

    private static long allocated(String json, int chunkLength) {
        byte[] event = json.getBytes(json.indexOf('\u00ff') < 0 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        byte[] chunk = Arrays.copyOf(event, Math.max(chunkLength, event.length));
        EventDecoder decoder = new EventDecoder();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = AllocatedBytes.soFar();
            decode(decoder, chunk, event.length);
            least = Math.min(least, AllocatedBytes.soFar() - before);
        }
        return least;
    }

    private static void decode(EventDecoder decoder, byte[] chunk, int length) {
        try {
            decoder.decode(chunk, 0, length);
        } catch (MalformedJsonException malformed) {
            // It costs what it costs, too.
        }
    }
}
