package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A JVM of its own that is told things and answers. */
final class Child implements AutoCloseable {

    /** What is told of a process that failed: its last lines. */
    private static final int LAST_LINES = 20;

    private static final int END_SECONDS = 5;

    private final Process process;
    private final Path errors;
    private final BufferedReader answers;
    private final PrintWriter commands;

    private Child(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.answers = process.inputReader(UTF_8);
        this.commands = new PrintWriter(process.outputWriter(UTF_8), true);
    }

    /** The figures with which a fresh process answers the last of these commands. */
    static double[] ask(Class<?> main, String heap, List<String> commands, String... args) throws IOException {
        try (Child child = start(main, heap, args)) {
            double[] figures = {};
            for (String command : commands) {
                figures = child.ask(command);
            }
            return figures;
        } catch (IOException e) {
            throw new IOException(String.join(" ", args) + ": " + commands, e);
        }
    }

    static Child start(Class<?> main, String heap, String... args) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "-Xms" + heap,
                "-Xmx" + heap,
                // All of the heap is resident from the beginning, so that what else becomes resident can be told.
                // On a virtual machine, the first touch of a page can take longer than all events written to it.
                "-XX:+AlwaysPreTouch",
                "-XX:+UseG1GC",
                // So that what each compiler thread has used can be told to the end.
                "-XX:-UseDynamicNumberOfCompilerThreads",
                "-Xss512k",
                // On a newer JDK langchain4j's streams wait in the common pool, which holds some 260 by default.
                "-Djava.util.concurrent.ForkJoinPool.common.maximumSpares=20000",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(Arrays.asList(args));
        Path errors = Files.createTempFile(main.getSimpleName(), ".log");
        errors.toFile().deleteOnExit();
        return new Child(
                new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
    }

    String line() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the process ended" + lastErrors());
        }
        return line;
    }

    private String lastErrors() throws IOException {
        List<String> lines = Files.readAllLines(errors);
        List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
        return last.stream().map(line -> System.lineSeparator() + "    " + line).collect(Collectors.joining());
    }

    /** Tells the process something and waits for its figures. */
    double[] ask(String command) throws IOException {
        commands.println(command);
        String line = line();
        while (!line.startsWith("= ")) {
            line = line();
        }
        return Arrays.stream(line.substring(2).split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Override
    public void close() {
        commands.close();
        try {
            // It may have processes of its own to end.
            boolean unused = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
