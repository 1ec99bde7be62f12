package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import top.neuralbox.GenerationRequest;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** The chat page in a real browser. Screenshots are kept in {@code target/screenshots}. */
@Tag("browser")
@Timeout(60)
class ChatPageTest {

    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final Path SCREENSHOTS = MODULE.resolve("target/screenshots");
    private static final String ENTER = "\uE007";
    private static final String ESCAPE = "\uE00C";
    private static final String ANSWERS = "[...document.querySelectorAll('.answer p:first-of-type')]";
    private static final String COMPLETE = "document.querySelector('[role=status]').textContent === 'Complete.'";
    private static final VisitorLimit ANYTHING = new VisitorLimit(1_000, Duration.ofHours(1), System::nanoTime);

    /** Bytes of a response body after which a story has begun and is not over. */
    private static final int SOME_WORDS = 1_500;

    private static Browser browser;
    private static Path page;

    private String blank;
    private ChatRun chat;

    @BeforeAll
    static void startBrowser() throws IOException {
        Path driver = Browser.driver().orElse(null);
        if (driver == null) {
            if (System.getenv("NEURALBOX_REQUIRE_BROWSER") != null) {
                throw new AssertionError(
                        "chromedriver is not on the PATH, and NEURALBOX_REQUIRE_BROWSER says that it must be");
            }
            System.err.println("Skipping the tests in a real browser: chromedriver is not on the PATH.");
            abort("chromedriver is not on the PATH");
        }
        page = new PageBuild(MODULE, "node").build();
        browser = Browser.start(driver);
    }

    @AfterAll
    static void stopBrowser() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void rememberBlankTab() throws IOException {
        blank = browser.frontTab();
    }

    @AfterEach
    void closeTabs() throws Exception {
        while (!browser.frontTab().equals(blank)) {
            browser.closeTab();
        }
        chat.close();
    }

    @Test
    void theTextGrowsWhileTheServiceStillGenerates() throws Exception {
        open(LocalNeuralBox.builder());
        Gate gate = new Gate();
        chat.service().misbehave(Fault.stallAfter(SOME_WORDS, gate));
        ask("A robot learns to paint");

        browser.await(ANSWERS + "[0]?.textContent.includes('story for')");
        assertThat(browser.text("[role=status]")).isEqualTo("Generating…");
        assertThat(browser.run("return document.querySelector('.cursor').getBoundingClientRect().width")
                        .asDouble())
                .isPositive();
        assertThat(chat.service().openStreams()).isEqualTo(1);
        browser.screenshot(SCREENSHOTS.resolve("1-generating.png"));
        int before = browser.text(".answer p").length();
        gate.open();

        browser.await(COMPLETE);
        assertThat(browser.text(".answer p")).hasSizeGreaterThan(before).startsWith("Here is a short story for");
        assertThat(browser.run("return document.querySelector('.cursor')").isNull())
                .isTrue();
        assertThat(browser.text(".billing")).isEqualTo("3 credits used · balance 297");
        assertThat(browser.text(".notice")).contains("local NeuralBox");
        browser.screenshot(SCREENSHOTS.resolve("2-complete.png"));
        assertThat(browser.complaints(chat.uri())).isEmpty();
    }

    @Test
    void theConversationSoFarIsSentAlong() throws Exception {
        open(LocalNeuralBox.builder().answer("It was yellow."));
        ask("What colour?");
        browser.await(COMPLETE);
        ask("Why?");
        browser.await(ANSWERS + ".length === 2 && " + COMPLETE);

        String body = new String(chat.service().requests().get(1).body(), StandardCharsets.UTF_8);
        assertThat(body).contains("What colour?", "It was yellow.", "Why?");
    }

    @Test
    void stopEndsThePaidStream() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        browser.click("button.stop");

        chat.service().awaitDisconnect(Duration.ofSeconds(1));
        browser.await("document.querySelector('.ending')?.textContent === 'Stopped.'");
        assertThat(chat.service().generations(Outcome.COMPLETED)).isZero();
        browser.screenshot(SCREENSHOTS.resolve("3-stopped.png"));
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        browser.type("#prompt", ESCAPE);

        chat.service().awaitDisconnect(Duration.ofSeconds(1));
        assertThat(browser.run("return document.activeElement.id").asText()).isEqualTo("prompt");
        ask("And now briefly");
        browser.await(COMPLETE);
    }

    @Test
    void aScreenReaderHasNamesForEverything() throws Exception {
        open(LocalNeuralBox.builder());

        assertThat(browser.accessibleName("#prompt")).isEqualTo("Your message");
        assertThat(browser.accessibleName("select")).isEqualTo("Model");
        assertThat(browser.accessibleName("[role=log]")).isEqualTo("Conversation");
        assertThat(browser.accessibleName("form button")).isEqualTo("Send");
        assertThat(browser.accessibleName("header button")).isEqualTo("New");
    }

    @Test
    void anErrorInTheMiddleIsShownAndTheTextIsKept() throws Exception {
        open(LocalNeuralBox.builder());
        chat.service().misbehave(Fault.fail(5, "worker db7 is gone"));
        ask("Break");

        browser.await("document.querySelector('[role=alert]')");
        assertThat(browser.text("[role=alert]")).isEqualTo("The answer could not be completed. Please try again.");
        assertThat(browser.text(".answer p")).startsWith("Here is a short");
        assertThat(browser.text(".ending")).isEqualTo("Incomplete.");
        browser.screenshot(SCREENSHOTS.resolve("4-error.png"));
    }

    @Test
    void aRefusalIsShownInWordsForPeople() throws Exception {
        open(LocalNeuralBox.builder());
        chat.service().misbehaveAlways(Fault.rateLimited(Duration.ofMinutes(10)));
        ask("Once too often");

        browser.await("document.querySelector('[role=alert]')");
        assertThat(browser.text("[role=alert]")).startsWith("Too many requests at the moment.");
    }

    @Test
    void emojiAndCyrillicSurviveEveryCutOnTheWay() throws Exception {
        String text = "Привет, художник 🎨 и семья 👩‍👩‍👧!";
        open(LocalNeuralBox.builder().answer(text));
        chat.service().misbehave(Fault.splitEvery(1));
        ask("Скажи");

        browser.await(COMPLETE);
        assertThat(browser.text(".answer p")).isEqualTo(text);
        browser.screenshot(SCREENSHOTS.resolve("5-emoji.png"));
    }

    @Test
    void theDecoderGivesTheSameEventsHoweverTheBytesAreCut() throws Exception {
        chat = ChatRun.start(MODULE.resolve("src/main/frontend/src"), ANYTHING, LocalNeuralBox.builder());
        browser.open(chat.uri().resolve("chat.css"));
        String stream = "\uFEFF: hello\ndata: Привет 🎨\r\n\r\ndata:a\rdata: b\r\rid: 1\n\ndata\n\ndata: [DONE]\n\n";

        String cuts = browser.runAsync("""
                        const { eventData } = await import('/eventStream.js')
                        const bytes = new TextEncoder().encode(args[0])
                        const read = async (chunks) => {
                          const body = new ReadableStream({
                            start(controller) { chunks.forEach((c) => controller.enqueue(c)); controller.close() },
                          })
                          const events = []
                          for await (const data of eventData(body)) events.push(data)
                          return JSON.stringify(events)
                        }
                        const results = new Set([await read([...bytes].map((b) => Uint8Array.of(b)))])
                        for (let i = 0; i <= bytes.length; i++) {
                          results.add(await read([bytes.slice(0, i), bytes.slice(i)]))
                        }
                        return [...results].join(' | ')
                        """, stream).asText();
        assertThat(cuts).isEqualTo("[\"Привет 🎨\",\"a\\nb\",\"\",\"[DONE]\"]");
    }

    @Test
    void twoTabsGetTheirOwnAnswersAtOnce() throws Exception {
        Gate gate = new Gate();
        String first = open(LocalNeuralBox.builder());
        chat.service().misbehave(Fault.stallAfter(SOME_WORDS, gate));
        chat.service().misbehave(Fault.stallAfter(SOME_WORDS, gate));
        ask("the first tab");
        browser.await(ANSWERS + "[0]?.textContent.includes('story')");
        String second = browser.open(chat.uri());
        ask("the second tab");
        browser.await(ANSWERS + "[0]?.textContent.includes('story')");
        assertThat(chat.service().openStreams()).isEqualTo(2);
        gate.open();

        browser.await(COMPLETE);
        assertThat(browser.text(".answer p")).contains("the second tab").doesNotContain("the first tab");
        browser.switchTo(first);
        browser.await(COMPLETE);
        assertThat(browser.text(".answer p")).contains("the first tab").doesNotContain("the second tab");
        browser.switchTo(second);
        browser.closeTab();
        browser.switchTo(first);
    }

    @Test
    void closingTheTabStopsThePaidStream() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        browser.closeTab();

        chat.service().awaitDisconnect(Duration.ofSeconds(1));
        assertThat(chat.service().generations(Outcome.COMPLETED)).isZero();
        browser.switchTo(blank);
    }

    @Test
    void closingTheTabWhileTheModelThinksStopsThePaidStream() throws Exception {
        open(LocalNeuralBox.builder());
        chat.service().misbehave(Fault.stallAfter(SOME_WORDS));
        ask("Think");
        browser.await(ANSWERS + "[0]?.textContent.includes('story')");
        browser.closeTab();

        chat.service().awaitDisconnect(Duration.ofSeconds(1));
        browser.switchTo(blank);
    }

    @Test
    void aPageThatReadsAsTheGuideDoesWorksUnchanged() throws Exception {
        chat = ChatRun.start(MODULE.resolve("src/test/resources/guide"), ANYTHING, LocalNeuralBox.builder());
        browser.open(chat.uri());
        browser.type("input", "A lighthouse");
        browser.click("button");

        browser.await("document.querySelector('output').dataset.done === 'true'");
        String direct = chat.neuralBox()
                .generate(GenerationRequest.of("gpt-5", "A lighthouse"))
                .text();
        assertThat(browser.text("output")).isEqualTo(direct);
        assertThat(browser.complaints(chat.uri())).isEmpty();
    }

    @Test
    void itFitsAPhoneAndTheDark() throws Exception {
        open(LocalNeuralBox.builder());
        String light = background();
        browser.devTools(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
        browser.devTools(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
        ask("A lighthouse keeper and a very-long-word-" + "x".repeat(80));
        browser.await(COMPLETE);

        assertThat(browser.run("return document.documentElement.scrollWidth").asInt())
                .isEqualTo(360);
        assertThat(background()).isNotEqualTo(light);
        browser.screenshot(SCREENSHOTS.resolve("6-phone-dark.png"));
    }

    private String open(LocalNeuralBox.Builder local) throws Exception {
        chat = ChatRun.start(page, ANYTHING, local);
        String tab = browser.open(chat.uri());
        browser.await("document.querySelector('.notice')");
        return tab;
    }

    private void ask(String prompt) throws IOException {
        browser.type("#prompt", prompt + ENTER);
    }

    private static String background() throws IOException {
        return browser.run("return getComputedStyle(document.body).backgroundColor")
                .asText();
    }
}
