package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A press of Stop stops, and never sends the text that is in the box: that would be a second paid answer. */
class StopButtonTest extends PageFixture {

    private static final String DRAFT = "the next question";

    @Test
    void stopWithATextInTheBoxSendsNothing() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        browser.type("#prompt", DRAFT);
        countRequests();
        Browser.Point stop = browser.middle("button.stop");
        browser.press(stop);
        browser.press(stop);

        chat.service().awaitDisconnect(Duration.ofSeconds(5));
        assertNothingWasSent();
    }

    @Test
    void aPressOfStopThatComesLateSendsNothing() throws Exception {
        Gate gate = stalledWithADraft();
        Browser.Point stop = browser.middle("button.stop");
        gate.open();
        browser.await(COMPLETE);
        browser.press(stop);

        assertNothingWasSent();
    }

    @Test
    void aPressOfStopDuringWhichTheAnswerEndsSendsNothing() throws Exception {
        Gate gate = stalledWithADraft();
        Browser.Point stop = browser.middle("button.stop");
        browser.mouse("mousePressed", stop);
        gate.open();
        browser.await(COMPLETE);
        browser.mouse("mouseReleased", stop);

        assertNothingWasSent();
    }

    @Test
    void aKeyOnStopThatComesLateSendsNothing() throws Exception {
        Gate gate = stalledWithADraft();
        browser.run("document.querySelector('button.stop').focus()");
        gate.open();
        browser.await(COMPLETE);
        browser.pressKey("Enter", 13, "\r");
        browser.pressKey(" ", 32, " ");
        browser.pressKey("Escape", 27, "");

        assertNothingWasSent();
    }

    /** The focus is on the page itself after a click beside everything. */
    @Test
    void escapeStopsWhereverTheFocusIs() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        browser.run("document.activeElement.blur()");

        browser.pressKey("Escape", 27, "");

        chat.service().awaitDisconnect(Duration.ofSeconds(5));
    }

    /** WebKit ends the composition before it reports the key, which then has the code 229. */
    @Test
    void enterThatEndsAComposedWordSendsNothing() throws Exception {
        open(LocalNeuralBox.builder());
        browser.type("#prompt", DRAFT);
        countRequests();

        browser.pressKey("Enter", 229, "");

        assertThat(browser.run("return window.requests").asInt()).isZero();
        assertThat(draft()).isEqualTo(DRAFT);
    }

    /** The press on "Edit question" moves the focus into the box, while the key is still down. */
    @Test
    void enterThatIsHeldOnEditSendsNothing() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        askAndAwait("First");
        countRequests();
        browser.run("document.querySelector('.question button').focus()");

        browser.pressKey("Enter", 13, "\r");
        browser.await("document.activeElement.id === 'prompt'");
        browser.repeatKey("Enter", 13, "\r");

        assertThat(browser.run("return window.requests").asInt()).isZero();
        assertThat(draft()).isEqualTo("First");
    }

    @Test
    void stopAndSendAreTwoButtonsAllTheTime() throws Exception {
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(5)));
        chat.service().misbehave(Fault.endless());
        browser.run("window.send = document.querySelector('.send'); window.stop_ = document.querySelector('.stop')");
        String same = "return document.querySelector('.send') === window.send"
                + " && document.querySelector('.stop') === window.stop_ && window.send !== window.stop_"
                + " && window.stop_.type === 'button'";
        assertThat(browser.run(same).asBoolean()).isTrue();
        ask("Never stop");
        browser.await(ANSWERS + "[0]?.textContent.length > 100");
        assertThat(browser.run(same).asBoolean()).isTrue();
        browser.click("button.stop");
        browser.await("document.querySelector('.ending')");
        assertThat(browser.run(same).asBoolean()).isTrue();
    }

    private Gate stalledWithADraft() throws Exception {
        open(LocalNeuralBox.builder());
        Gate gate = new Gate();
        chat.service().misbehave(Fault.stallAfter(SOME_WORDS, gate));
        ask("Wait");
        browser.await(ANSWERS + "[0]?.textContent.includes('story')");
        browser.type("#prompt", DRAFT);
        countRequests();
        return gate;
    }

    /** A press is handled before the driver answers, and the page asks by {@code fetch}. */
    private static void countRequests() throws IOException {
        browser.run("const fetch = window.fetch; window.requests = 0;"
                + " window.fetch = (...all) => { window.requests++; return fetch(...all) }");
    }

    private void assertNothingWasSent() throws IOException {
        assertThat(browser.run("return window.requests").asInt()).isZero();
        assertThat(chat.service().requestCount()).isEqualTo(1);
        assertThat(draft()).isEqualTo(DRAFT);
    }
}
