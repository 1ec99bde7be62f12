package top.neuralbox.benchmarks;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a command line says: words and {@code name=value}. */
public final class Options {

    private final Map<String, String> values = new HashMap<>();

    private Options() {}

    public static Options of(String... args) {
        Options options = new Options();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            options.values.put(
                    equals < 0 ? arg : arg.substring(0, equals), equals < 0 ? "" : arg.substring(equals + 1));
        }
        return options;
    }

    public boolean has(String word) {
        return values.containsKey(word);
    }

    public String text(String name, String otherwise) {
        return Objects.requireNonNullElse(values.get(name), otherwise);
    }

    /** The number for the size of this run: {@code quick}, {@code evening}, or neither. */
    public int size(int quick, int evening, int full) {
        return has("quick") ? quick : has("evening") ? evening : full;
    }

    public int number(String name, int otherwise) {
        return has(name) ? Integer.parseInt(values.get(name)) : otherwise;
    }

    public List<Integer> numbers(String name, List<Integer> otherwise) {
        return has(name)
                ? Arrays.stream(values.get(name).split(",", -1))
                        .map(Integer::valueOf)
                        .toList()
                : otherwise;
    }

    public <E extends Enum<E>> List<E> enums(String name, Class<E> type, List<E> otherwise) {
        return has(name)
                ? Arrays.stream(values.get(name).split(",", -1))
                        .map(word -> Enum.valueOf(
                                type, word.toUpperCase(java.util.Locale.ROOT).replace('-', '_')))
                        .toList()
                : otherwise;
    }
}
