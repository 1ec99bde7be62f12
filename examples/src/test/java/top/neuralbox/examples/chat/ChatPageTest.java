package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import top.neuralbox.GenerationRequest;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome;

/** The chat page in a real browser. Screenshots are kept in {@code target/screenshots}. */
class ChatPageTest extends PageFixture {

    private static final Path SCREENSHOTS = MODULE.resolve("target/screenshots");

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
        int before = browser.text(".answer").length();
        gate.open();

        browser.await(COMPLETE);
        assertThat(browser.text(".answer")).hasSizeGreaterThan(before).contains("Here is a short story for");
        assertThat(browser.run("return document.querySelector('.cursor')").isNull())
                .isTrue();
        assertThat(browser.text(".bill")).isEqualTo("3 credits");
        assertThat(browser.text(".balance")).isEqualTo("Balance: 297 credits");
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
        browser.await("document.querySelector('.ending')?.textContent.startsWith('You stopped this answer.')");
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
        assertThat(browser.accessibleName("button.send")).isEqualTo("Send");
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
        assertThat(browser.text(".ending")).startsWith("This answer is incomplete.");
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
}
