package top.neuralbox.examples.chat;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What the tests of the chat page stand on: a browser for each class, and for each test the page with its server. */
@Tag("browser")
@Timeout(60)
abstract class PageFixture {

    static final Path MODULE = Path.of("").toAbsolutePath();
    static final String ENTER = "\uE007";
    static final String ESCAPE = "\uE00C";
    static final String ANSWERS = "[...document.querySelectorAll('.answer')]";
    static final String COMPLETE = "document.querySelector('[role=status]').textContent === 'Complete.'";
    static final VisitorLimit ANYTHING = new VisitorLimit(1_000, Duration.ofHours(1), System::nanoTime);

    /** Bytes of a response body after which a story has begun and is not over. */
    static final int SOME_WORDS = 1_500;

    static Browser browser;
    static Path page;

    String blank;
    ChatRun chat;

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
        page = new PageBuild(MODULE, "node", System.out).build();
        browser = Browser.start(driver);
    }

    @AfterAll
    static void stopBrowser() throws IOException {
        if (browser != null) {
            browser.close();
            browser = null;
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

    /** Opens the page in a tab of its own, before a local service that this makes. */
    final String open(LocalNeuralBox.Builder local) throws Exception {
        chat = ChatRun.start(page, ANYTHING, local);
        String tab = browser.open(chat.uri());
        awaitSettings();
        return tab;
    }

    /** The page is there, and the server has told it what there is. */
    final void awaitSettings() throws IOException {
        browser.await("document.querySelector('.notice')");
    }

    final void ask(String prompt) throws IOException {
        browser.type("#prompt", prompt + ENTER);
    }

    /** Asks, and waits for the whole answer. */
    final void askAndAwait(String prompt) throws IOException {
        int before = browser.run("return document.querySelectorAll('article.answer').length")
                .asInt();
        ask(prompt);
        browser.await(ANSWERS + ".length > " + before + " && " + COMPLETE);
    }

    static String draft() throws IOException {
        return browser.run("return document.querySelector('#prompt').value").asText();
    }

    static String focused() throws IOException {
        return browser.run(
                        "return document.activeElement.id || document.activeElement.className || document.activeElement.tagName")
                .asText();
    }
}
