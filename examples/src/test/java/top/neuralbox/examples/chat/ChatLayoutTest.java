package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** How the page uses the room that it has. */
class ChatLayoutTest extends PageFixture {

    private static final String SHIFT_ENTER = "\uE008\uE007\uE008";
    private static final String WIDE = "| a | b |\n|---|---|\n| " + "wide ".repeat(60) + " | `" + "x".repeat(200)
            + "` |\n\n" + "```java\nString line = \"" + "long ".repeat(60) + "\";\n```\n\nA word: " + "y".repeat(200);
    private static final String AT_END =
            "(() => { const log = document.querySelector('.log'); return log.scrollHeight - log.scrollTop - log.clientHeight < 2 })()";

    @Test
    void itFitsTheNarrowestPhone() throws Exception {
        open(LocalNeuralBox.builder().answer(WIDE));
        browser.resize(320, 640);
        assertThat(tooWide()).isEmpty();
        ask("A very-long-word-" + "x".repeat(80));
        browser.await(COMPLETE);
        assertThat(tooWide()).isEmpty();
        chat.service().misbehave(Fault.fail(3, "broken"));
        ask("Break");
        browser.await(
                "document.querySelector('[role=alert]') && document.querySelector('.help').textContent.startsWith('Send')");

        assertThat(tooWide()).isEmpty();
    }

    @Test
    void theNarrowestPhoneLeavesMostOfItsHeightToTheConversation() throws Exception {
        open(LocalNeuralBox.builder());
        browser.resize(320, 640);
        askAndAwait("Hello");
        assertThat(logHeight()).isGreaterThan(320);
        chat.service().misbehave(Fault.fail(3, "broken"));
        ask("Break");
        browser.await(
                "document.querySelector('[role=alert]') && document.querySelector('.help').textContent.startsWith('Send')");

        assertThat(logHeight()).isGreaterThan(220);
    }

    @Test
    void theNarrowestPhoneShowsTheWholeNameOfTheModel() throws Exception {
        open(LocalNeuralBox.builder());
        browser.resize(320, 640);

        assertThat(browser.run("const select = document.querySelector('select');"
                                + " const pen = document.createElement('canvas').getContext('2d');"
                                + " pen.font = getComputedStyle(select).font;"
                                + " return select.clientWidth - pen.measureText('gpt-5-mini').width")
                        .asInt())
                // The arrow and the padding take the rest.
                .isGreaterThan(35);
    }

    @Test
    void itFollowsTheDark() throws Exception {
        open(LocalNeuralBox.builder());
        browser.prefer("light");
        String light = background();
        browser.prefer("dark");

        assertThat(background()).isNotEqualTo(light);
    }

    @Test
    void aNewQuestionComesIntoView() throws Exception {
        open(LocalNeuralBox.builder().answer("A line.\n\n".repeat(80)));
        askAndAwait("First");
        // A wheel that turns before the answer is painted moves nothing.
        for (int turn = 0; turn < 100 && scrollTop() > 0; turn++) {
            browser.turnWheel(browser.middle(".log"), -100_000);
        }
        assertThat(scrollTop()).isZero();
        Gate gate = new Gate();
        chat.service().misbehave(Fault.stallBeforeHead(gate));
        ask("Second");
        browser.await("document.querySelectorAll('.question').length === 2");

        JsonNode inView = browser.run("const log = document.querySelector('.log').getBoundingClientRect();"
                + " const asked = [...document.querySelectorAll('.question')].at(-1).getBoundingClientRect();"
                + " return [asked.top >= log.top - 1, asked.bottom <= log.bottom + 1]");
        gate.open();
        assertThat(inView.toString()).isEqualTo("[true,true]");
    }

    @Test
    void theAnswerIsFollowedOnlyWhileTheReaderIsAtItsEnd() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(2)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await("document.querySelector('.log').scrollHeight > 2000");
        assertThat(browser.run("return " + AT_END).asBoolean()).isTrue();

        browser.turnWheel(browser.middle(".log"), -400);
        browser.await("!(" + AT_END + ")");
        int top = scrollTop();
        String grown = "document.querySelector('.answer').textContent.length > ";
        browser.await(grown + (length() + 1_000));
        assertThat(scrollTop()).isEqualTo(top);

        browser.turnWheel(browser.middle(".log"), 100_000);
        browser.await(AT_END);
        browser.await(grown + (length() + 1_000));
        assertThat(browser.run("return " + AT_END).asBoolean()).isTrue();
    }

    @Test
    void theBoxGrowsWithItsText() throws Exception {
        open(LocalNeuralBox.builder());
        int empty = boxHeight();
        browser.type("#prompt", "one" + SHIFT_ENTER + "two" + SHIFT_ENTER + "three" + SHIFT_ENTER + "four");
        assertThat(boxHeight()).isGreaterThan(empty);
        assertThat(browser.run(
                                "const box = document.querySelector('#prompt'); return box.scrollHeight <= box.clientHeight")
                        .asBoolean())
                .isTrue();
        browser.type("#prompt", (SHIFT_ENTER + "more").repeat(40));
        assertThat(boxHeight()).isLessThan(browser.run("return innerHeight").asInt() / 2);
        browser.type("#prompt", ENTER);
        browser.await(COMPLETE);

        assertThat(boxHeight()).isEqualTo(empty);
    }

    /** The elements of the page, log aside, that reach over its right edge, and the page itself if it scrolls sideways. */
    private static String tooWide() throws IOException {
        return browser.run("const width = document.documentElement.clientWidth;"
                        + " const wide = [...document.querySelectorAll('header *, form *, footer *, article, .log')]"
                        + ".filter((e) => e.getBoundingClientRect().right > width + 0.5).map((e) => e.outerHTML.slice(0, 80));"
                        + " for (const e of [document.documentElement, document.querySelector('.log')])"
                        + " if (e.scrollWidth > e.clientWidth) wide.push(e.tagName + ' scrolls');"
                        + " return wide.join('\\n')")
                .asText();
    }

    private static int logHeight() throws IOException {
        return browser.run("return document.querySelector('.log').clientHeight").asInt();
    }

    private static int scrollTop() throws IOException {
        return browser.run("return document.querySelector('.log').scrollTop").asInt();
    }

    private static int length() throws IOException {
        return browser.text(".answer").length();
    }

    private static int boxHeight() throws IOException {
        return browser.run("return document.querySelector('#prompt').offsetHeight")
                .asInt();
    }

    private static String background() throws IOException {
        return browser.run("return getComputedStyle(document.body).backgroundColor")
                .asText();
    }
}
