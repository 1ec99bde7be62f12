package top.neuralbox.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table as the page of the benchmarks shows it. The first column holds names, the others hold figures. */
public final class MarkdownTable {

    private final String title;
    private final List<List<String>> rows = new ArrayList<>();

    public MarkdownTable(String title, String... columns) {
        this.title = title;
        rows.add(Arrays.asList(columns));
    }

    public void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
    }

    /** Prints the table with columns of even width, so that it can be read as it is. */
    public void print() {
        List<Integer> widths = IntStream.range(0, rows.get(0).size())
                .mapToObj(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toList();
        System.out.println();
        System.out.println(title);
        System.out.println();
        System.out.println(line(rows.get(0), widths));
        System.out.println(IntStream.range(0, widths.size())
                .mapToObj(column ->
                        column == 0 ? "-".repeat(widths.get(column) + 2) : "-".repeat(widths.get(column) + 1) + ":")
                .collect(Collectors.joining("|", "|", "|")));
        rows.stream().skip(1).forEach(row -> System.out.println(line(row, widths)));
    }

    private static String line(List<String> cells, List<Integer> widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(column -> String.format(
                        (column == 0 ? "%-" : "%") + Math.max(1, widths.get(column)) + "s", cells.get(column)))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}
