package consumer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/**
 * Starts the packaged application with the chat page, and tries what each such application must do: a reader sees the first piece
 * while the service withholds the next, a reader who leaves ends the paid stream, in Chromium too, and SIGTERM loses nothing, even if others leave meanwhile.
 */
public final class Application {

    /** The answer up to its second piece. */
    private static final int FIRST_PIECE = 135;

    private static final Duration A_SECOND = Duration.ofSeconds(1);

    /** So many readers leave at once while the application stops. */
    private static final int LEAVING = 20;

    /** Longer than a second, because so many leave at once. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final Pattern DELTA = Pattern.compile("\"delta\": \"([^\"]*)\"");
    private static final String QUESTION =
            "{\"model\": \"gpt-5\", \"messages\": [{\"role\": \"user\", \"content\": \"Write a haiku\"}]}";

    private Application() {}

    /** @param arguments the application's jar, and the folder in which the chat page is built */
    public static void main(String[] arguments) throws Exception {
        ClassPath.check();
        Path jar = Path.of(System.getProperty("consumer.basedir"), arguments[0]);
        try (LocalNeuralBox service = LocalNeuralBox.builder()
                        .deltas(List.of("An old", " silent pond"))
                        .start();
                Packaged application = Packaged.start(jar, service)) {
            readOnePieceAndLeave(service, application.port());
            Path driver = Chromium.driver().orElse(null);
            boolean page = Files.exists(Path.of(arguments[1], "index.html"));
            if (driver != null && page) {
                try (Chromium chromium = Chromium.start(driver)) {
                    URI uri = URI.create("http://127.0.0.1:" + application.port() + "/");
                    showOnePieceInChromium(service, chromium, uri);
                    closeTheTab(service, chromium, uri);
                }
            } else {
                Story.require(
                        System.getenv("NEURALBOX_REQUIRE_BROWSER") == null,
                        "NEURALBOX_REQUIRE_BROWSER is set; chromedriver is on the PATH: " + (driver != null)
                                + "; ./mvnw -Pbrowser has built the chat page: " + page);
                System.out.println("no Chromium: chromedriver is not on the PATH, or the chat page is not built");
            }
            stopInTheMidst(service, application);
        }
    }

    private static void readOnePieceAndLeave(LocalNeuralBox service, int port) throws IOException {
        service.misbehave(Fault.stallAfter(FIRST_PIECE));
        try (Socket reader = reader(port)) {
            awaitLine(lines(reader), "content_delta");
        }
        service.awaitNoOpenStreams(A_SECOND);
        System.out.println("a piece was read while the next was withheld; the paid stream ended with its reader");
    }

    private static void showOnePieceInChromium(LocalNeuralBox service, Chromium chromium, URI page) throws Exception {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(FIRST_PIECE, gate));
        ask(chromium, page);
        chromium.await(answerIs("An old"));
        Story.require(service.openStreams() == 1, "the service withholds nothing");
        gate.open();
        chromium.await(answerIs("An old silent pond"));
        System.out.println("Chromium showed a piece while the next was withheld, and then the whole answer");
    }

    private static void closeTheTab(LocalNeuralBox service, Chromium chromium, URI page) throws Exception {
        service.misbehave(Fault.stallAfter(FIRST_PIECE));
        ask(chromium, page);
        chromium.await(answerIs("An old"));
        Story.require(service.openStreams() == 1, "the service withholds nothing");
        chromium.closeTab();
        service.awaitNoOpenStreams(A_SECOND);
        System.out.println("the paid stream ended with the tab");
    }

    /** Twenty readers leave at once while the application stops, and one stays. */
    private static void stopInTheMidst(LocalNeuralBox service, Packaged application) throws Exception {
        List<Socket> leaving = new ArrayList<>();
        for (int i = 0; i < LEAVING; i++) {
            // One half leaves while pieces are written, the other half while the service rests.
            service.misbehave(i % 2 == 0 ? Fault.endless() : Fault.stallAfter(FIRST_PIECE));
            Socket reader = reader(application.port());
            leaving.add(reader);
            awaitLine(lines(reader), "content_delta");
        }
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(FIRST_PIECE, gate));
        try (Socket reader = reader(application.port())) {
            BufferedReader lines = lines(reader);
            String first = awaitLine(lines, "content_delta");
            application.beginToStop();
            for (Socket other : leaving) {
                other.close();
            }
            awaitOneOpenStream(service);
            gate.open();
            String text = DELTA.matcher(first + awaitLine(lines, "[DONE]"))
                    .results()
                    .map(delta -> delta.group(1))
                    .collect(Collectors.joining());
            Story.require(text.equals("An old silent pond"), "another text: " + text);
        }
        application.awaitEnd();
        System.out.println("stopped in the midst of a stream, which is whole; " + LEAVING + " readers left meanwhile");
    }

    private static void awaitOneOpenStream(LocalNeuralBox service) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (service.openStreams() > 1) {
            Story.require(System.nanoTime() < deadline, service.openStreams() + " paid streams are still open");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void ask(Chromium chromium, URI page) throws Exception {
        chromium.open(page);
        // React draws it a moment after the page is loaded.
        chromium.await("document.querySelector('#prompt') !== null");
        chromium.ask("#prompt", "Write a haiku");
    }

    private static String answerIs(String text) {
        return "[...document.querySelectorAll('.answer')].some((answer) => answer.querySelector('p')?.textContent === '"
                + text + "')";
    }

    private static Socket reader(int port) throws IOException {
        Socket reader = new Socket(InetAddress.getLoopbackAddress(), port);
        reader.setSoTimeout(60_000);
        String head = "POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + QUESTION.length() + "\r\n\r\n";
        reader.getOutputStream().write((head + QUESTION).getBytes(StandardCharsets.US_ASCII));
        return reader;
    }

    private static BufferedReader lines(Socket reader) throws IOException {
        return new BufferedReader(new InputStreamReader(reader.getInputStream(), StandardCharsets.UTF_8));
    }

    /** What is read up to a line with this text. */
    private static String awaitLine(BufferedReader lines, String text) throws IOException {
        StringBuilder read = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            read.append(line);
            if (line.contains(text)) {
                return read.toString();
            }
        }
        throw new IllegalStateException("the response was cut before " + text + ": " + read);
    }
}
