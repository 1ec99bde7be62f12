package consumer;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real Chromium without a window, driven by the W3C WebDriver protocol. It writes JSON by hand, so that no application gets a
 * library for its sake: scripts and texts have no double quotes and no backslashes.
 */
final class Chromium implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    private static final Pattern SESSION = Pattern.compile("\"sessionId\":\"([^\"]+)\"");
    private static final Pattern TAB = Pattern.compile("\"handle\":\"([^\"]+)\"");
    private static final Pattern ELEMENT = Pattern.compile("\"element-[^\"]+\":\"([^\"]+)\"");

    private static final String CAPABILITIES = "{\"capabilities\":{\"alwaysMatch\":{\"browserName\":\"chrome\","
            + "\"timeouts\":{\"script\":60000},\"goog:chromeOptions\":{\"args\":[\"--headless\",\"--no-sandbox\","
            + "\"--disable-gpu\",\"--disable-dev-shm-usage\",\"--no-first-run\",\"--disable-background-networking\"]}}}}";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;

    private Chromium(Process driver, String root) throws Exception {
        this.driver = driver;
        this.session = root + "/session/" + value(SESSION, call("POST", root + "/session", CAPABILITIES));
    }

    /** The program that drives Chromium, if it is on the PATH. */
    static Optional<Path> driver() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "chromedriver"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Chromium start(Path driver) throws Exception {
        Process process = new ProcessBuilder(driver.toString(), "--port=0")
                .redirectErrorStream(true)
                .start();
        try {
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Matcher started = STARTED.matcher(line);
                if (started.find()) {
                    return new Chromium(process, "http://127.0.0.1:" + started.group(1));
                }
            }
            throw new IllegalStateException("chromedriver did not start");
        } catch (Exception e) {
            process.destroy();
            throw e;
        }
    }

    /** Opens a page in a new tab and brings it to the front. */
    void open(URI page) throws Exception {
        String tab = value(TAB, post("/window/new", "{\"type\":\"tab\"}"));
        post("/window", "{\"handle\":\"" + tab + "\"}");
        post("/url", "{\"url\":\"" + page + "\"}");
    }

    /** Types into an element and presses Enter, as a person would. */
    void ask(String css, String text) throws Exception {
        String element =
                value(ELEMENT, post("/element", "{\"using\":\"css selector\",\"value\":\"" + css + "\"}"));
        post("/element/" + element + "/value", "{\"text\":\"" + text + "\\uE007\"}");
    }

    /**
     * Waits until an expression holds in the page, looked at whenever the document changes.
     *
     * @throws IOException if it does not within a minute
     */
    void await(String expression) throws Exception {
        String script = "const done = arguments[0]; let observer; const look = () => { if (" + expression
                + ") { observer.disconnect(); done() } }; observer = new MutationObserver(look);"
                + " observer.observe(document, { subtree: true, childList: true, characterData: true }); look()";
        try {
            post("/execute/async", "{\"script\":\"" + script + "\",\"args\":[]}");
        } catch (IOException e) {
            String text = post("/execute/sync", "{\"script\":\"return document.body.innerText\",\"args\":[]}");
            throw new IOException("never held: " + expression + "; the page says: " + text, e);
        }
    }

    /** Closes the tab in front. */
    void closeTab() throws Exception {
        call("DELETE", session + "/window", null);
    }

    @Override
    public void close() throws Exception {
        try {
            call("DELETE", session, null);
        } finally {
            driver.destroy();
        }
    }

    private String post(String path, String body) throws Exception {
        return call("POST", session + path, body);
    }

    private String call(String method, String uri, String body) throws Exception {
        HttpRequest.BodyPublisher content =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(uri)).method(method, content).build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
        return response.body();
    }

    private static String value(Pattern pattern, String json) {
        Matcher matcher = pattern.matcher(json);
        Story.require(matcher.find(), "no " + pattern + " in " + json);
        return matcher.group(1);
    }
}
