import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Says how many tests a build has run, and names each that it has skipped, one line for each class and reason. Says nothing if the
 * build had no tests. The last module of the build runs it: {@code java TestSummary.java FOLDER BEGIN}, with the folder of the
 * project and when the build began.
 */
final class TestSummary {

    private static final int LONGEST_REASON = 80;

    private final Map<String, TreeSet<String>> skipped = new TreeMap<>();
    private int tests;
    private int failures;
    private int skips;

    public static void main(String[] args) throws Exception {
        TestSummary all = new TestSummary();
        for (Path report : reports(Path.of(args[0]), Instant.parse(args[1]))) {
            all.read(report);
        }
        all.print();
    }

    private void print() {
        if (tests > 0) {
            int passed = tests - failures - skips;
            System.out.println(
                    tests + " tests: " + passed + " passed, " + failures + " failed, " + skips + " skipped.");
        }
        if (!skipped.isEmpty()) {
            System.out.println("Skipped tests:");
            skipped.forEach((key, names) -> System.out.println("  " + key + String.join(", ", names)));
        }
    }

    /** Those that this build has written, not what an earlier one left. */
    private static List<Path> reports(Path folder, Instant begin) throws IOException {
        try (Stream<Path> files = Files.find(
                folder,
                5,
                (file, attributes) -> file.getFileName().toString().matches("TEST-.*\\.xml")
                        && file.getParent().endsWith("surefire-reports")
                        && !attributes.lastModifiedTime().toInstant().isBefore(begin))) {
            return files.toList();
        }
    }

    private void read(Path report) throws Exception {
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            tests++;
            if (has(test, "failure") || has(test, "error")) {
                failures++;
            }
            NodeList skip = test.getElementsByTagName("skipped");
            if (skip.getLength() > 0) {
                skips++;
                String type = test.getAttribute("classname");
                String name = test.getAttribute("name");
                skipped.computeIfAbsent(
                                type + reason((Element) skip.item(0)) + ": ",
                                key -> new TreeSet<>())
                        // A class that is skipped as a whole has no name of a method.
                        .add(name.isEmpty() || name.equals(type) ? "all" : name);
            }
        }
    }

    private static boolean has(Element test, String element) {
        return test.getElementsByTagName(element).getLength() > 0;
    }

    /** What JUnit says is an attribute, what TestNG says stands in the stack trace. */
    private static String reason(Element skip) {
        String message = skip.getAttribute("message");
        String text = (message.isBlank() ? skip.getTextContent() : message).lines().findFirst().orElse("");
        String reason = text.replaceFirst("^([\\w.$]+(Exception|Error): )?(Assumption failed: )?", "").strip();
        String brief = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + " ..." : reason;
        return brief.isEmpty() ? "" : " (" + brief + ")";
    }
}
