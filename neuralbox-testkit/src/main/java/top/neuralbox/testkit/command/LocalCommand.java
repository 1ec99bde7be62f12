package top.neuralbox.testkit.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import top.neuralbox.testkit.local.LocalNeuralBox;

/**
 * Serves a local NeuralBox until the process is stopped: {@code ./mvnw -q -Plocal -Dport=8765}. {@code -Dhelp} prints its
 * options.
 *
 * @since 0.1.0
 */
public final class LocalCommand {

    private static final String PORT = "8765";
    private static final String BODY =
            "{\"model\": \"gpt-5\", \"prompt\": \"A robot learns to paint\", \"stream\": true}";

    private static final String HELP = """
            ./mvnw -q -Plocal runs a local NeuralBox on this machine, for your programs to call. Ctrl-C stops it.

              -Dport=8765   the port; 0 takes a free one
              -Dhelp        prints this

            It prints its address and a command to try, and then a line about each generation. Its credits are not real.""";

    private LocalCommand() {}

    /**
     * Serves until the process is stopped, or prints the help.
     *
     * @throws InterruptedException if the thread that waits is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        if (System.getProperty("help") != null) {
            out.println(HELP);
            // Maven, which runs this in its own process, would go on to compile the other modules.
            System.exit(0);
        }
        try {
            serve(System.getProperty("port", PORT), out);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            out.println(e.getMessage());
            System.exit(1);
        }
        // The service's threads are daemons, which do not keep the process alive.
        Thread.currentThread().join();
    }

    /**
     * Starts the service and says how to try it.
     *
     * @throws IllegalArgumentException if the port is not a port number
     * @throws UncheckedIOException if it is taken
     */
    static LocalNeuralBox serve(String port, PrintStream out) {
        LocalNeuralBox service = LocalNeuralBox.builder()
                .port(parse(port))
                .pace(Duration.ofMillis(40))
                .balance(BigDecimal.valueOf(30_000))
                .log(out)
                .start();
        out.println("A local NeuralBox listens on " + service.uri() + " (Ctrl-C stops it). Try:");
        out.println();
        out.println("curl -N " + service.uri() + "/api/v2/generate -H 'Authorization: Bearer " + LocalNeuralBox.apiKey()
                + "' -H 'Content-Type: application/json' -d '" + BODY + "'");
        return service;
    }

    private static int parse(String port) {
        try {
            return Integer.parseInt(port);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port must be a number: " + port, e);
        }
    }
}
