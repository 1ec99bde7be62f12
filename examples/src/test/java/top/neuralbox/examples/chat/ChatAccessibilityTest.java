package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The page for those who use a keyboard or a screen reader. */
class ChatAccessibilityTest extends PageFixture {

    private static final String RICH =
            "# Title\n\nSome **bold** text with [a link](https://example.com/).\n\n> A quote\n\n"
                    + "- [x] done\n- [ ] open\n\n| head | of |\n|---|---|\n| a | table |\n\n```java\nint x = 1;\n```\n\n###### Deep\n\nEnd `code`.";

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axeFindsNothing(String scheme) throws Exception {
        open(LocalNeuralBox.builder().answer(RICH));
        browser.prefer(scheme);
        assertThat(findings()).as("empty").isEmpty();
        Gate gate = new Gate();
        chat.service().misbehave(Fault.stallAfter(600, gate));
        ask("Show");
        browser.await("document.querySelector('.answer h3')");
        assertThat(findings()).as("while it grows").isEmpty();
        gate.open();
        browser.await(COMPLETE);
        assertThat(findings()).as("complete").isEmpty();
        chat.service().misbehave(Fault.fail(10, "broken"));
        ask("Fail");
        browser.await(
                "document.querySelector('[role=alert]') && document.querySelector('.help').textContent.startsWith('Send')");
        assertThat(findings()).as("failed, and to be replaced").isEmpty();
        browser.type("#prompt", ENTER);
        browser.await("document.querySelector('details') && " + COMPLETE);
        browser.run("document.querySelector('details').open = true");
        assertThat(findings()).as("with an earlier attempt").isEmpty();
    }

    /** What a live region is given is read aloud. */
    @Test
    void anAnswerIsReadBlockByBlockAndNotWordByWord() throws Exception {
        String answer = "First block of some words.\n\n- second\n- block\n\nThird block of some more words.";
        open(LocalNeuralBox.builder().answer(answer).pace(Duration.ofMillis(30)));
        browser.run("""
                window.read = []
                new MutationObserver((mutations) => {
                  for (const { type, target, addedNodes } of mutations) {
                    const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target
                    const region = element?.closest('[aria-live], [role=log], [role=status], [role=alert]')
                    if (region?.getAttribute('role') !== 'log') continue
                    if (type === 'characterData') window.read.push('… ' + target.data)
                    for (const node of addedNodes) if (node.parentNode === target) window.read.push(spoken(node))
                  }
                  function spoken(node) {
                    if (node.nodeType === Node.TEXT_NODE) return node.data
                    if (node.getAttribute('aria-live') === 'off') return ''
                    return [...node.childNodes].map(spoken).join('')
                  }
                }).observe(document.querySelector('.log'), { subtree: true, childList: true, characterData: true })
                """);
        askAndAwait("Read");

        assertThat(browser.run("return window.read.filter((text) => text !== '')")
                        .toString())
                .contains("First block of some words.", "secondblock", "Third block of some more words.")
                .doesNotContain("…", "First\"", "First block\"");
        assertThat(browser.run("return window.read.filter((text) => text.includes('block')).length")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void theFocusStaysWhereTheNextThingIsWritten() throws Exception {
        open(LocalNeuralBox.builder().answer("Yes."));
        browser.type("#prompt", "First");
        browser.click("button.send");
        browser.await(COMPLETE);
        assertThat(focused()).isEqualTo("prompt");
        chat.service().misbehave(Fault.endless());
        ask("Never stop");
        browser.await(ANSWERS + "[1]?.textContent.includes('Yes')");
        browser.click("button.stop");
        browser.await("document.querySelector('.ending')");

        assertThat(focused()).isEqualTo("prompt");
    }

    @Test
    void everythingIsReachedByTheTabKey() throws Exception {
        open(LocalNeuralBox.builder().answer("Look:\n\n```\ncode\n```\n"));
        askAndAwait("First");
        browser.type("#prompt", "Second");
        browser.run("document.activeElement.blur()");
        StringBuilder reached = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            browser.pressKey("Tab", 9, "");
            reached.append(browser.run(
                            "const e = document.activeElement;"
                                    + " return e.getAttribute('aria-label') ?? (e.localName === 'button' ? e.textContent : e.localName)")
                    .asText());
            reached.append('|');
        }

        assertThat(reached)
                .contains(
                        "select|New|Export|Delete|Conversation|Edit question|Copy code|Code|Copy answer|Retry|textarea|Send|")
                .doesNotContain("Stop");
    }

    /** What axe finds wrong, best practices included: rule and element. */
    private static String findings() throws IOException {
        browser.run(Files.readString(MODULE.resolve("target/frontend/node_modules/axe-core/axe.min.js"))
                + "; window.axe = axe");
        return browser.runAsync("const { violations } = await window.axe.run(document);"
                        + " return violations.flatMap(({ id, nodes }) => nodes.map((n) => id + ' ' + n.html"
                        + " + ' ' + n.failureSummary)).join('\\n')")
                .asText();
    }
}
