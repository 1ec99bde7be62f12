package top.neuralbox.examples.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real Chromium without a window, driven by the W3C WebDriver protocol. One tab at a time is in front. */
final class Browser implements AutoCloseable {

    /** What an element's identifier is called (WebDriver, section 12). */
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A host name that leads to 127.0.0.1, as after DNS rebinding. */
    static final String REBOUND = "rebound.example";

    private static final List<String> ARGUMENTS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // Two tabs at once: the one behind must not fall asleep.
            "--disable-background-timer-throttling",
            "--disable-renderer-backgrounding",
            "--disable-backgrounding-occluded-windows",
            // A name that a stranger has made point to this machine.
            "--host-resolver-rules=MAP " + REBOUND + " 127.0.0.1",
            "--disable-smooth-scrolling",
            "--window-size=1000,800");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;

    private Browser(Process driver, int port) throws IOException {
        this.driver = driver;
        String root = "http://127.0.0.1:" + port + "/session";
        JsonNode created = call(
                "POST",
                root,
                Map.of(
                        "capabilities",
                        Map.of(
                                "alwaysMatch",
                                Map.of(
                                        "browserName", "chrome",
                                        "timeouts", Map.of("script", 15_000),
                                        "goog:loggingPrefs", Map.of("browser", "ALL"),
                                        "goog:chromeOptions", Map.of("args", ARGUMENTS)))));
        this.session = root + "/" + created.path("sessionId").asText();
    }

    /** The program that drives Chromium, if it is on the PATH. */
    static Optional<Path> driver() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "chromedriver"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser start(Path driver) throws IOException {
        Process process = new ProcessBuilder(driver.toString(), "--port=0")
                .redirectErrorStream(true)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return new Browser(process, Integer.parseInt(started.group(1)));
            }
        }
        throw new IOException("chromedriver did not start");
    }

    /** Opens a page in a new tab and brings it to the front. */
    String open(URI uri) throws IOException {
        String tab = post("/window/new", Map.of("type", "tab")).path("handle").asText();
        switchTo(tab);
        post("/url", Map.of("url", uri.toString()));
        return tab;
    }

    void switchTo(String tab) throws IOException {
        post("/window", Map.of("handle", tab));
    }

    /** Closes the tab in front and brings another one there. */
    void closeTab() throws IOException {
        JsonNode left = call("DELETE", session + "/window", null);
        switchTo(left.get(0).asText());
    }

    String frontTab() throws IOException {
        return call("GET", session + "/window", null).asText();
    }

    /** Presses the keys, as a person would; {@code \uE007} is Enter and {@code \uE00C} Escape. */
    void type(String css, String keys) throws IOException {
        post("/element/" + find(css) + "/value", Map.of("text", keys));
    }

    void click(String css) throws IOException {
        post("/element/" + find(css) + "/click", Map.of());
    }

    /** Where the middle of an element is now. */
    Point middle(String css) throws IOException {
        JsonNode box = run(
                "const box = document.querySelector(arguments[0]).getBoundingClientRect();"
                        + " return [box.x + box.width / 2, box.y + box.height / 2]",
                css);
        return new Point(box.get(0).asDouble(), box.get(1).asDouble());
    }

    /** A place in the window, in CSS pixels. */
    record Point(double x, double y) {}

    /** Presses the mouse at a place, whatever is there. */
    void press(Point place) throws IOException {
        for (String type : List.of("mousePressed", "mouseReleased")) {
            mouse(type, place);
        }
    }

    /** One half of a press: {@code mousePressed} or {@code mouseReleased}. */
    void mouse(String type, Point place) throws IOException {
        devTools(
                "Input.dispatchMouseEvent",
                Map.of("type", type, "x", place.x(), "y", place.y(), "button", "left", "clickCount", 1));
    }

    /** Turns the wheel over a place, up if it is negative, and waits until the browser has done so. */
    void turnWheel(Point place, int pixels) throws IOException {
        devTools(
                "Input.dispatchMouseEvent",
                Map.of("type", "mouseWheel", "x", place.x(), "y", place.y(), "deltaX", 0, "deltaY", pixels));
    }

    /** Presses a key where the focus is, and does not move it. */
    void pressKey(String key, int code, String text) throws IOException {
        devTools(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "code", key, "windowsVirtualKeyCode", code, "text", text));
        devTools(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }

    /** A key that is held down: the browser presses it again and again. */
    void repeatKey(String key, int code, String text) throws IOException {
        devTools(
                "Input.dispatchKeyEvent",
                Map.of(
                        "type",
                        "keyDown",
                        "key",
                        key,
                        "code",
                        key,
                        "windowsVirtualKeyCode",
                        code,
                        "text",
                        text,
                        "autoRepeat",
                        true));
    }

    void reload() throws IOException {
        post("/refresh", Map.of());
    }

    /** Makes the tab in front as large as this, in CSS pixels. */
    void resize(int width, int height) throws IOException {
        devTools(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Lets the tab in front prefer {@code light} or {@code dark}. */
    void prefer(String scheme) throws IOException {
        devTools(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** What a screen reader calls the element. */
    String accessibleName(String css) throws IOException {
        return call("GET", session + "/element/" + find(css) + "/computedlabel", null)
                .asText();
    }

    String text(String css) throws IOException {
        return run("return document.querySelector(arguments[0]).textContent", css)
                .asText();
    }

    JsonNode run(String script, Object... arguments) throws IOException {
        return post("/execute/sync", Map.of("script", script, "args", List.of(arguments)));
    }

    /** Waits for the promise that an asynchronous function body makes. */
    JsonNode runAsync(String body, Object... arguments) throws IOException {
        String script = "const args = [...arguments]; const done = args.pop();" + " (async () => {" + body
                + "})().then(done, (error) => done('' + error))";
        return post("/execute/async", Map.of("script", script, "args", List.of(arguments)));
    }

    /**
     * Waits until an expression holds in the page, looked at whenever the document changes.
     *
     * @throws AssertionError if it does not within 15 s
     */
    void await(String expression) throws IOException {
        try {
            runAsync("await new Promise((resolve) => { const look = () => { if (" + expression
                    + ") { observer.disconnect(); resolve() } };"
                    + " const observer = new MutationObserver(look); observer.observe(document,"
                    + " { subtree: true, childList: true, characterData: true, attributes: true }); look() })");
        } catch (IOException e) {
            throw new AssertionError(
                    "never held: " + expression + "; the page says: "
                            + run("return document.body.innerText").asText(),
                    e);
        }
    }

    /** Sends a command of the DevTools protocol. */
    JsonNode devTools(String command, Map<String, ?> parameters) throws IOException {
        return post("/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
    }

    /** What pages of this origin, or the browser about them, complained of since the last call. */
    List<String> complaints(URI origin) throws IOException {
        return Stream.of(JSON.convertValue(post("/se/log", Map.of("type", "browser")), JsonNode[].class))
                .filter(entry -> entry.path("level").asText().matches("SEVERE|WARNING"))
                .map(entry -> entry.path("message").asText())
                .filter(message -> message.contains(origin.getAuthority()))
                .toList();
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                Base64.getDecoder()
                        .decode(call("GET", session + "/screenshot", null).asText()));
    }

    @Override
    public void close() throws IOException {
        try {
            call("DELETE", session, null);
        } finally {
            driver.destroy();
        }
    }

    private String find(String css) throws IOException {
        return post("/element", Map.of("using", "css selector", "value", css))
                .path(ELEMENT)
                .asText();
    }

    private JsonNode post(String path, Object body) throws IOException {
        return call("POST", session + path, body);
    }

    private JsonNode call(String method, String uri, Object body) throws IOException {
        HttpRequest.BodyPublisher content = body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(uri))
                            .method(method, content)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonNode value = JSON.readTree(response.body()).path("value");
            if (response.statusCode() != 200) {
                throw new IOException(value.path("error").asText() + ": "
                        + value.path("message").asText());
            }
            return value;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
