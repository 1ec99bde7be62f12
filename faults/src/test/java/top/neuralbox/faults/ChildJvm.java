package top.neuralbox.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for what would harm the tests too. It has their class path, is told what to do in lines, and answers each with
 * one line. Closing it ends the process.
 */
final class ChildJvm implements AutoCloseable {

    /** A machine that is short of everything is slow. */
    private static final long PATIENCE_SECONDS = 60;

    private static final String OVER = "the process ended";

    private final Process process;
    private final PrintStream in;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private ChildJvm(Process process) {
        this.process = process;
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::readAnswers, "testkit-child");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts one.
     *
     * @param wrapper a command that runs the command behind it in its own place, or nothing
     * @param environment variables beside those of this process
     * @param options of the JVM
     */
    static ChildJvm start(
            List<String> wrapper,
            Map<String, String> environment,
            List<String> options,
            Class<?> main,
            List<String> arguments) {
        List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // It would write its warnings among the answers.
        command.add("-Xlog:disable");
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        try {
            return new ChildJvm(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells it a line and waits for the answer. */
    String ask(String line) {
        tell(line);
        return answer(line);
    }

    /** Tells it a line that it answers later. */
    void tell(String line) {
        in.println(line);
    }

    /** Waits for the answer to what was told. */
    String answer(String to) {
        try {
            String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null || answer.equals(OVER)) {
                throw new AssertionError(answer == null ? "no answer to " + to : OVER + " at " + to);
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Sends it a signal, STOP or CONT. */
    void signal(String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new AssertionError("kill -" + name + " ended with " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void readAnswers() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                answers.add(line);
            }
        } catch (IOException e) {
            // It was ended.
        }
        answers.add(OVER);
    }
}
