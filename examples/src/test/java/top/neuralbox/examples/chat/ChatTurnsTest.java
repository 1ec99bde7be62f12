package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** Asking again, and what each answer costs. An unknown price is never shown as none. */
class ChatTurnsTest extends PageFixture {

    /** A screen reader would never hear of the end otherwise. */
    @Test
    void whatCopySaidMakesWayForTheEndOfTheNextAnswer() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        Gate gate = new Gate();
        chat.service().misbehave(Fault.stallAfter(100, gate));
        ask("Second");
        browser.await("document.querySelector('[role=status]').textContent === 'Generating…'");
        browser.run("navigator.clipboard.writeText = () => Promise.resolve()");
        browser.click(".answer .actions button");
        browser.await("document.querySelector('[role=status]').textContent === 'Copied.'");
        gate.open();

        browser.await(COMPLETE);
    }

    private static final String BACKSPACE = "\uE003";
    private static final String FAILED = "document.querySelector('[role=alert]') !== null";
    private static final String MAY_COST =
            " The service may charge for it all the same, and its price is not known here.";

    @Test
    void aFailedQuestionComesBackIntoTheBoxAndReplacesItself() throws Exception {
        open(LocalNeuralBox.builder().answer("Paris."));
        chat.service().misbehave(Fault.rateLimited(Duration.ofMinutes(10)));
        ask("What is the capital of Frence?");
        browser.await(FAILED);
        browser.await("document.querySelector('.help').textContent === 'Send replaces your last question.'");
        assertThat(draft()).isEqualTo("What is the capital of Frence?");
        assertThat(focused()).isEqualTo("prompt");
        browser.type("#prompt", BACKSPACE.repeat(5) + "ance?" + ENTER);
        browser.await(COMPLETE);

        assertThat(browser.run("return document.querySelectorAll('.question').length")
                        .asInt())
                .isEqualTo(1);
        assertThat(browser.text(".question p")).isEqualTo("What is the capital of France?");
        assertThat(browser.text(".answer p")).isEqualTo("Paris.");
        assertThat(draft()).isEmpty();
        assertThat(browser.run("return document.querySelector('details')").isNull())
                .as("an attempt that brought nothing and cost nothing leaves no trace")
                .isTrue();
    }

    @Test
    void aFailureDoesNotOverwriteTheNextQuestion() throws Exception {
        open(LocalNeuralBox.builder());
        Gate gate = new Gate();
        chat.service().misbehave(Fault.stallAfter(SOME_WORDS, gate), Fault.withoutEnd());
        ask("Break");
        browser.await(ANSWERS + "[0]?.textContent.includes('story')");
        browser.type("#prompt", "something else");
        gate.open();
        browser.await(FAILED);

        assertThat(draft()).isEqualTo("something else");
        assertThat(browser.text(".help")).startsWith("Enter sends");
    }

    @Test
    void retryAsksTheSameAgainAndKeepsThePaidAttempt() throws Exception {
        open(LocalNeuralBox.builder());
        chat.service().misbehave(Fault.cutAfter(SOME_WORDS));
        askAndFail("A lighthouse");
        clickNamed("Retry");
        browser.await(COMPLETE);

        assertThat(body(0)).isEqualTo(body(1));
        assertThat(focused()).isEqualTo("prompt");
        assertThat(draft()).isEmpty();
        assertThat(browser.text("details summary")).isEqualTo("1 earlier attempt");
        assertThat(browser.text(".attempt")).contains("Here is a short story", "Credits unknown");
        assertThat(browser.text(".answer > .actions .bill")).isEqualTo("3 credits");
    }

    @Test
    void theLastQuestionCanBeEdited() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        askAndAwait("Secnd");
        clickNamed("Edit question");
        assertThat(draft()).isEqualTo("Secnd");
        assertThat(focused()).isEqualTo("prompt");
        browser.type("#prompt", BACKSPACE.repeat(2) + "ond" + ENTER);
        browser.await("[...document.querySelectorAll('.question p')].at(-1).textContent === 'Second' && " + COMPLETE);

        assertThat(browser.run("return document.querySelectorAll('.question').length")
                        .asInt())
                .isEqualTo(2);
        assertThat(body(2)).contains("First", "Second").doesNotContain("Secnd");
        clickNamed("Edit question");
        clickNamed("Do not replace");
        assertThat(draft()).isEmpty();
        assertThat(focused()).isEqualTo("prompt");
    }

    @Test
    void anEditOfTheLastQuestionKeepsTheNextOne() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        browser.type("#prompt", "something else");
        clickNamed("Edit question");
        assertThat(draft()).isEqualTo("First");
        clickNamed("Do not replace");
        assertThat(draft()).isEqualTo("something else");
        clickNamed("Edit question");
        browser.type("#prompt", ENTER);
        browser.await("document.querySelector('#prompt').value === 'something else' && " + COMPLETE);

        assertThat(body(1)).contains("First").doesNotContain("something else");
        assertThat(browser.text(".help")).startsWith("Enter sends");
    }

    @Test
    void eachAnswerHasItsPrice() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        browser.run("const select = document.querySelector('select');"
                + " Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(select, 'gpt-5-mini');"
                + " select.dispatchEvent(new Event('change', { bubbles: true }))");
        askAndAwait("Second");

        assertThat(bills()).isEqualTo("3 credits|1 credit");
        assertThat(browser.text(".balance")).isEqualTo("Balance: 296 credits");
    }

    @Test
    void aPriceThatWasNotToldIsUnknown() throws Exception {
        open(LocalNeuralBox.builder());
        chat.service()
                .misbehave(Fault.answer(
                        200, Map.of("Content-Type", "text/event-stream"), ("""
                data: {"type": "generation_start", "id": "gen_1", "model": "gpt-5"}

                data: {"type": "content_delta", "delta": "Yes."}

                data: {"type": "generation_end", "id": "gen_1"}

                data: [DONE]

                """).getBytes(StandardCharsets.UTF_8)));
        askAndAwait("Price?");

        assertThat(bills()).isEqualTo("Credits unknown");
        assertThat(browser.run("return document.querySelector('.balance')").isNull())
                .isTrue();
    }

    @Test
    void aBrokenStreamMayCost() throws Exception {
        open(LocalNeuralBox.builder());
        chat.service().misbehave(Fault.cutAfter(SOME_WORDS));
        askAndFail("Break");

        assertThat(bills()).isEqualTo("Credits unknown");
        assertThat(browser.text(".ending")).isEqualTo("This answer is incomplete." + MAY_COST);
    }

    @Test
    void aStoppedAnswerMayCost() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        browser.click("button.stop");
        browser.await("document.querySelector('.ending')");

        assertThat(bills()).isEqualTo("Credits unknown");
        assertThat(browser.text(".ending")).isEqualTo("You stopped this answer." + MAY_COST);
    }

    @Test
    void aRefusalCostsNothing() throws Exception {
        open(LocalNeuralBox.builder());
        chat.service().misbehaveAlways(Fault.rateLimited(Duration.ofMinutes(10)));
        askAndFail("Once too often");

        assertThat(bills()).isEqualTo("Not charged");
        assertThat(browser.text(".ending")).isEqualTo("This answer is incomplete. The service did not charge for it.");
    }

    @Test
    void aServerThatKeepsItsBillsToItselfShowsNone() throws Exception {
        chat = ChatRun.start(page, ANYTHING, LocalNeuralBox.builder(), false);
        browser.open(chat.uri());
        awaitSettings();
        askAndAwait("Price?");

        assertThat(bills()).isEmpty();
        assertThat(browser.run("return document.querySelector('.balance')").isNull())
                .isTrue();
    }

    private void askAndFail(String prompt) throws Exception {
        ask(prompt);
        browser.await(FAILED);
    }

    private static void clickNamed(String text) throws Exception {
        browser.run(
                "document.querySelectorAll('[data-wanted]').forEach((b) => delete b.dataset.wanted);"
                        + " const all = [...document.querySelectorAll('button')].filter((b) => b.textContent === arguments[0]);"
                        + " all.at(-1).dataset.wanted = ''",
                text);
        browser.click("[data-wanted]");
    }

    private static String bills() throws Exception {
        return browser.run("return [...document.querySelectorAll('.bill')].map((b) => b.textContent).join('|')")
                .asText();
    }

    private String body(int request) {
        return new String(chat.service().requests().get(request).body(), StandardCharsets.UTF_8);
    }
}
