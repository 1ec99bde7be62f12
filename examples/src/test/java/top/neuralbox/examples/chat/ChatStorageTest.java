package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A conversation stays in the browser until it is deleted. */
class ChatStorageTest extends PageFixture {

    private static final String OPEN_LAST =
            "[...document.querySelectorAll('.welcome button')].some((b) => b.textContent === 'Open last conversation')";
    private static final String KEPT = "return Object.keys(localStorage).length";

    @Test
    void aConversationSurvivesAReload() throws Exception {
        open(LocalNeuralBox.builder().answer("It was *yellow*."));
        askAndAwait("What colour?");
        askAndAwait("Why?");
        browser.reload();
        awaitSettings();

        assertThat(browser.run("return document.querySelectorAll('.question').length")
                        .asInt())
                .isEqualTo(2);
        assertThat(browser.text(".question p")).isEqualTo("What colour?");
        assertThat(browser.text(".answer em")).isEqualTo("yellow");
        assertThat(browser.text(".bill")).isEqualTo("3 credits");
        askAndAwait("And now?");
        assertThat(new String(chat.service().requests().get(2).body(), StandardCharsets.UTF_8))
                .contains("What colour?", "Why?", "And now?");
    }

    @Test
    void anAnswerThatAReloadCutsOffKeepsItsTextAndMayCost() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        browser.reload();
        chat.service().awaitDisconnect(Duration.ofSeconds(5));
        awaitSettings();

        assertThat(browser.text(".answer")).contains("Here is a short story");
        assertThat(browser.text(".ending")).startsWith("The page was closed before this answer ended. The service may");
        assertThat(browser.text(".bill")).isEqualTo("Credits unknown");
    }

    @Test
    void aNewTabBeginsAnewAndCanOpenTheLastConversation() throws Exception {
        String first = open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        browser.open(chat.uri());
        browser.await(OPEN_LAST);
        assertThat(browser.run("return document.querySelectorAll('.question').length")
                        .asInt())
                .isZero();
        browser.click(".welcome button");
        browser.await("document.querySelector('.question p')?.textContent === 'First'");
        askAndAwait("Second");
        browser.switchTo(first);
        browser.reload();
        awaitSettings();

        assertThat(browser.run("return document.querySelectorAll('.question').length")
                        .asInt())
                .as("the other tab has a copy")
                .isEqualTo(1);
    }

    @Test
    void aNewConversationLeavesTheOldOneInTheBrowser() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        browser.click("header button:nth-of-type(1)");

        browser.await(OPEN_LAST);
        assertThat(focused()).isEqualTo("prompt");
        browser.click(".welcome button");
        browser.await("document.querySelector('.question p')?.textContent === 'First'");
    }

    @Test
    void aDeletedConversationIsGoneUnlessThatIsUndone() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        assertThat(browser.run(KEPT).asInt()).isEqualTo(1);
        browser.click("header button:nth-of-type(3)");
        browser.await("document.querySelector('.welcome button')?.textContent === 'Undo'");
        assertThat(browser.run(KEPT).asInt()).isZero();
        browser.click(".welcome button");
        browser.await("document.querySelector('.question p')?.textContent === 'First'");
        assertThat(browser.run(KEPT).asInt()).isEqualTo(1);
        browser.click("header button:nth-of-type(3)");
        browser.await("document.querySelector('.welcome')");
        browser.reload();
        awaitSettings();

        assertThat(browser.run("return document.querySelector('.question, .welcome button')")
                        .isNull())
                .isTrue();
        assertThat(browser.run(KEPT).asInt()).isZero();
    }

    /** It is kept twice only if it was changed since it was opened. */
    @Test
    void aConversationThatWasOpenedAndDeletedIsGoneToo() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        browser.click("header button:nth-of-type(1)");
        browser.await(OPEN_LAST);
        browser.click(".welcome button");
        browser.await("document.querySelector('.question p')?.textContent === 'First'");
        assertThat(browser.run(KEPT).asInt()).isEqualTo(1);
        askAndAwait("Second");
        assertThat(browser.run(KEPT).asInt()).isEqualTo(2);

        browser.click("header button:nth-of-type(3)");
        browser.await("document.querySelector('.welcome')");

        assertThat(browser.run(KEPT).asInt()).isZero();
    }

    /** The tab remembers what it was opened from. */
    @Test
    void aConversationThatWasOpenedAndReloadedIsDeletedWithItsOrigin() throws Exception {
        openLastOfAnotherTab();
        browser.reload();
        awaitSettings();
        assertThat(browser.run(KEPT).asInt()).isEqualTo(2);

        browser.click("header button:nth-of-type(3)");
        browser.await("document.querySelector('.welcome')");

        assertThat(browser.run(KEPT).asInt()).isZero();
    }

    @Test
    void whatAnotherTabHasAddedMeanwhileIsNotDeleted() throws Exception {
        String first = openLastOfAnotherTab();
        String second = browser.frontTab();
        browser.switchTo(first);
        askAndAwait("Second");
        browser.switchTo(second);

        browser.click("header button:nth-of-type(3)");
        browser.await("document.querySelector('.welcome')");

        assertThat(browser.run(KEPT).asInt()).isEqualTo(1);
    }

    /** Returns the other tab. */
    private String openLastOfAnotherTab() throws Exception {
        String first = open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        browser.open(chat.uri());
        browser.await(OPEN_LAST);
        browser.click(".welcome button");
        browser.await("document.querySelector('.question p')?.textContent === 'First'");
        return first;
    }

    @Test
    void whatThisVersionCannotReadDoesNoHarm() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        browser.run("localStorage.setItem('neuralbox-chat.conversation.a', '{');"
                + " localStorage.setItem('neuralbox-chat.conversation.b', '{\"version\": 1, \"turns\": [{}]}');"
                + " localStorage.setItem('neuralbox-chat.conversation.c', '{\"version\": 9, \"turns\": []}')");
        browser.reload();
        awaitSettings();
        assertThat(browser.run("return " + OPEN_LAST).asBoolean()).isFalse();

        askAndAwait("Still there?");
    }

    @Test
    void aConversationIsExportedAsMarkdown(@TempDir Path downloads) throws Exception {
        String expected = "# NeuralBox chat\n\n## You\n\nWhat colour?\n\n## gpt-5, 3 credits\n\nIt was **yellow**.\n";
        open(LocalNeuralBox.builder().answer("It was **yellow**."));
        askAndAwait("What colour?");
        browser.devTools(
                "Browser.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", downloads.toString()));
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            downloads.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            browser.click("header button:nth-of-type(2)");

            assertThat(awaitMarkdown(downloads, watch, expected.length())).isEqualTo(expected);
        }
    }

    /** Chromium may create the file first, and fill it later. The text after 20 seconds, if it is still shorter. */
    private static String awaitMarkdown(Path downloads, WatchService watch, int length) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String text = "";
        while (text.length() < length) {
            WatchKey key = watch.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (key == null) {
                return text;
            }
            for (WatchEvent<?> event : key.pollEvents()) {
                if (event.context() instanceof Path file && file.toString().endsWith(".md")) {
                    text = Files.readString(downloads.resolve(file));
                }
            }
            key.reset();
        }
        return text;
    }
}
