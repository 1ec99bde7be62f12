package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** Draws the pictures of the chat. {@code -Dpictures=../docs/chat} puts them into the documents. */
class ChatPicturesTest extends PageFixture {

    private static final int MOST_BYTES = 150_000;

    private static final String ANSWER = """
            A stream is read with **one** `fetch`, because `EventSource` cannot send a question:

            ```js
            const response = await fetch('/api/chat', {
              method: 'POST',
              body: JSON.stringify({ prompt }),
            })
            ```

            1. Check `response.ok` first.
            2. Read `response.body` to its end.

            | event | means |
            |---|---|
            | `content_delta` | a piece of the answer |
            | `generation_end` | complete, with its price |
            """;

    @ParameterizedTest
    @CsvSource({"320, 640", "390, 760", "1280, 800"})
    void draw(int width, int height) throws Exception {
        Path folder = MODULE.resolve(System.getProperty("pictures", "target/screenshots"));
        open(LocalNeuralBox.builder().answer(ANSWER));
        browser.resize(width, height);
        askAndAwait("How do I read a generation in the browser?");
        chat.service().misbehave(Fault.cutAfter(420));
        ask("And if the stream breaks?");
        browser.await(
                "document.querySelector('[role=alert]') && document.querySelector('.help').textContent.startsWith('Send')");
        browser.run("document.querySelector('.log').scrollTop = 0");
        for (String scheme : new String[] {"light", "dark"}) {
            browser.prefer(scheme);
            Path picture = folder.resolve("chat-" + width + "-" + scheme + ".png");
            browser.screenshot(picture);
            assertThat(Files.size(picture)).isLessThan(MOST_BYTES);
        }
    }
}
