package top.neuralbox.stress;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;

/**
 * Runs the stress tests, and says one line if all of them hold. If one does not, prints what was found and exits with 1.
 */
public final class Stress {

    /** One virtual machine for each test, as it is by default. */
    private static final List<String> SHORT = List.of(
            "-iters", "3", "-time", "200", "-sc", "false", "-pth", "false", "-jvmArgs", "-XX:+TieredCompilation");

    /** Each test on the interpreter and on each compiler, and on one that reorders what it may. */
    private static final List<String> LONG = List.of("-iters", "3", "-time", "1000", "-sc", "false");

    private static final Logger LOG = Logger.getLogger("top.neuralbox");

    private Stress() {}

    /**
     * Runs them.
     *
     * @param args a folder for the reports, {@code short} or {@code long}, then more options of jcstress, which win
     */
    public static void main(String[] args) throws Exception {
        Path reports = Files.createDirectories(Path.of(args[0]));
        List<String> options = new ArrayList<>(List.of("-r", reports.toString(), "-f", "1", "-c", "2"));
        List<String> more = List.of(args).subList(2, args.length);
        for (List<String> pair : pairs(args[1].equals("long") ? LONG : SHORT)) {
            if (!more.contains(pair.get(0))) {
                options.addAll(pair);
            }
        }
        options.addAll(more);
        run(options, reports.resolve("log.txt"));
    }

    private static void run(List<String> options, Path log) throws Exception {
        PrintStream console = System.out;
        Instant begin = Instant.now();
        try (PrintStream said = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8)) {
            System.setOut(said);
            Options parsed = new Options(options.toArray(String[]::new));
            if (!parsed.parse()) {
                throw new IllegalArgumentException("options that jcstress does not know: " + options);
            }
            JCStress all = new JCStress(parsed);
            if (all.getTests().isEmpty()) {
                throw new IllegalArgumentException("there is no such test: " + options);
            }
            all.run();
            int tests = all.getTests().size();
            console.println(tests + (tests == 1 ? " stress test holds, in " : " stress tests hold, in ")
                    + Duration.between(begin, Instant.now()).toSeconds() + " s.");
        } catch (AssertionError broken) {
            System.setOut(console);
            Files.copy(log, console);
            console.println(broken.getMessage());
            System.exit(1);
        }
    }

    private static List<List<String>> pairs(List<String> options) {
        List<List<String>> pairs = new ArrayList<>();
        for (int i = 0; i < options.size(); i += 2) {
            pairs.add(options.subList(i, i + 2));
        }
        return pairs;
    }

    /** Keeps the client from logging what a test provokes a hundred thousand times. */
    public static void logNothing() {
        LOG.setLevel(Level.OFF);
    }
}
