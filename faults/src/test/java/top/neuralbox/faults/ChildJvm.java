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
 * A separate JVM for faults that would harm the tests too. It has their class path, takes commands in lines, and answers each
 * with one line. Closing it ends the process.
 */
final class ChildJvm implements AutoCloseable {

    /** A machine that is short of everything is slow. */
    private static final long PATIENCE_SECONDS = 60;

    private static final String OVER = "the process ended";

    private final Process process;
    private final PrintStream in;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> errors = new ArrayList<>();
    private final Thread errorReader;

    private ChildJvm(Process process) {
        this.process = process;
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        daemon(this::readAnswers);
        this.errorReader = daemon(this::readErrors);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "testkit-child");
        thread.setDaemon(true);
        thread.start();
        return thread;
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
        command.add("-Djava.util.logging.SimpleFormatter.format=%4$s: %5$s%6$s%n");
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
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

    /** Ends the process. Returns the lines of its standard error; a log record is its level, its message and a stack trace. */
    List<String> end() {
        close();
        try {
            errorReader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            if (errorReader.isAlive()) {
                throw new AssertionError("the end of the standard error was not read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return List.copyOf(errors);
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

    private void readErrors() {
        try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                errors.add(line);
            }
        } catch (IOException e) {
            // It was ended.
        }
    }
}
