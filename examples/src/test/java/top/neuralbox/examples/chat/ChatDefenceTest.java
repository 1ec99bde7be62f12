package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** What the browser keeps from happening, because the server told it. */
class ChatDefenceTest extends PageFixture {

    @ParameterizedTest
    @ValueSource(strings = {"", "icon.svg", "metrics", "api/chat/settings"})
    void nothingAnswersUnderANameThatAStrangerMadePointHere(String path) throws Exception {
        chat = ChatRun.start(page, ANYTHING, LocalNeuralBox.builder());
        browser.open(URI.create("http://" + Browser.REBOUND + ":" + chat.uri().getPort() + "/" + path));

        assertThat(browser.run("return document.body.textContent").asText()).contains("wrong_host");
    }

    @Test
    void aPageUnderSuchANameCannotAsk() throws Exception {
        chat = ChatRun.start(page, ANYTHING, LocalNeuralBox.builder());
        browser.open(URI.create("http://" + Browser.REBOUND + ":" + chat.uri().getPort() + "/"));
        String status = browser.runAsync("return await fetch('/api/chat', { method: 'POST',"
                        + " headers: { 'Content-Type': 'application/json' }, body: '{\"prompt\": \"hello\"}' })"
                        + ".then((response) => response.status, () => 'blocked')")
                .asText();

        assertThat(status).isIn("403", "blocked");
        assertThat(chat.service().requestCount()).isZero();
    }

    @Test
    void thePageMakesNoHtmlAndNoScriptFromAString() throws Exception {
        open(LocalNeuralBox.builder());

        assertThat(browser.run(
                                "try { document.body.insertAdjacentHTML('beforeend', '<img src=x>') } catch (e) { return e.name }")
                        .asText())
                .isEqualTo("TypeError");
        assertThat(browser.runAsync(
                                "const script = document.createElement('script');"
                                        + " script.append('window.harmed = 1'); document.head.append(script); return window.harmed ?? 'no'")
                        .asText())
                .isEqualTo("no");
        assertThat(browser.runAsync(
                                "return await fetch(args[0], { mode: 'no-cors' }).then(() => 'sent', () => 'refused')",
                                chat.service().uri().toString())
                        .asText())
                .isEqualTo("refused");
    }
}
