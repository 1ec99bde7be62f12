package top.neuralbox.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** Answers are Markdown, written by somebody who may mean harm. */
class ChatMarkdownTest extends PageFixture {

    @Test
    void markdownIsShown() throws Exception {
        open(LocalNeuralBox.builder()
                .answer("# Title\n\nSome **bold** text\nand `code`.\n\n- one\n- two\n\n| a |\n|---|\n| b |\n\n"
                        + "```java\nint x = 1;\n```\n\n[a link](https://example.com/)"));
        askAndAwait("Show");

        assertThat(browser.text(".answer h3")).isEqualTo("Title");
        assertThat(browser.text(".answer strong")).isEqualTo("bold");
        assertThat(browser.text(".answer p > code")).isEqualTo("code");
        assertThat(browser.run("return document.querySelectorAll('.answer li').length")
                        .asInt())
                .isEqualTo(2);
        assertThat(browser.text(".answer td")).isEqualTo("b");
        assertThat(browser.text(".answer pre")).isEqualTo("int x = 1;\n");
        assertThat(browser.text(".code-head span")).isEqualTo("java");
        assertThat(browser.run("const a = document.querySelector('.answer a'); return [a.href, a.target, a.rel]")
                        .toString())
                .isEqualTo("[\"https://example.com/\",\"_blank\",\"noopener noreferrer\"]");
    }

    /** The library reads it with a recursion that has no limit. */
    @Test
    void anAnswerThatNestsTooDeepIsShownAsItIs() throws Exception {
        open(LocalNeuralBox.builder().deltas(List.of(">".repeat(10_000), ">".repeat(10_000), " deep")));
        askAndAwait("Nest");

        assertThat(browser.text(".answer .plain")).startsWith(">>>>").endsWith(" deep");
        assertThat(browser.run("return document.querySelector('#prompt') !== null")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void headingsOfAnAnswerSkipNoLevel() throws Exception {
        open(LocalNeuralBox.builder().answer("### A\n\n# B\n\n###### C\n\n## D\n\ntext"));
        askAndAwait("Show");

        assertThat(browser.run(
                                "return [...document.querySelectorAll('.answer :is(h1,h2,h3,h4,h5,h6)')].map((h) => h.localName)")
                        .toString())
                .isEqualTo("[\"h2\",\"h3\",\"h3\",\"h4\",\"h4\"]");
    }

    @Test
    void codeIsCopiedAsItIs() throws Exception {
        String code = "if (a < b && c > \"d\") {\n\treturn `x`\n}\n";
        open(LocalNeuralBox.builder().answer("Look:\n\n```js\n" + code + "```\n\nThat is all."));
        browser.devTools(
                "Browser.grantPermissions",
                Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
        askAndAwait("Code");
        browser.click(".code button");
        browser.await("document.querySelector('.code button').textContent === 'Copied'");

        assertThat(clipboard()).isEqualTo(code);
        assertThat(browser.text("[role=status]")).isEqualTo("Copied.");
        browser.click(".actions button");
        browser.await("document.querySelector('.actions button').textContent === 'Copied'");
        assertThat(clipboard()).isEqualTo("Look:\n\n```js\n" + code + "```\n\nThat is all.");
    }

    @Test
    void anAnswerRunsNoScriptAndLoadsNothing() throws Exception {
        String hostile = "<script>window.harmed = 1</script>\n\n<img src=x onerror=\"window.harmed = 2\">\n\n"
                + "[press](javascript:window.harmed=3) [data](data:text/html,<script>window.harmed=4</script>)\n\n"
                + "<svg onload=\"window.harmed=5\"><a href=\"javascript:1\">x</a></svg> <iframe src=\"//evil.example\"></iframe>\n\n"
                + "![picture](https://evil.example/track.png \"t\") <b onclick=\"window.harmed=6\">bold</b>\n\n"
                + "<style>body { display: none }</style>\n\n[ref]\n\n[ref]: javascript:window.harmed=7";
        open(LocalNeuralBox.builder().answer(hostile));
        chat.service().misbehave(Fault.splitEvery(7));
        askAndAwait("Harm");

        assertThat(browser.run(
                                "return [...document.querySelectorAll('.answer :is(script, img, svg, iframe, style, b, form, input)')]"
                                        + ".map((e) => e.localName)")
                        .toString())
                .isEqualTo("[]");
        assertThat(browser.run(
                                "return [...document.querySelectorAll('.answer *')].flatMap((e) => e.getAttributeNames())"
                                        + ".filter((name) => name.startsWith('on'))")
                        .toString())
                .isEqualTo("[]");
        assertThat(browser.run("return [...document.querySelectorAll('.answer a')].map((a) => a.getAttribute('href'))")
                        .toString())
                .doesNotContain("javascript", "data:")
                .contains("https://evil.example/track.png");
        assertThat(browser.text(".answer")).contains("<script>window.harmed = 1</script>", "onclick=", "<iframe");
        assertThat(browser.run("return window.harmed ?? null").isNull()).isTrue();
        assertThat(browser.complaints(chat.uri())).isEmpty();
    }

    @Test
    void markdownIsShownWhileItIsWritten() throws Exception {
        String text = "Here:\n\n```java\nint first;\nint second;\n" + "// filler\n".repeat(100) + "```\n\nDone.";
        open(LocalNeuralBox.builder().answer(text));
        Gate gate = new Gate();
        chat.service().misbehave(Fault.stallAfter(SOME_WORDS, gate));
        ask("Code");
        browser.await("document.querySelector('.answer pre')?.textContent.includes('int second;')");
        browser.run(
                "window.first = document.querySelector('.answer p'); window.code = document.querySelector('.answer pre')");
        assertThat(browser.run("return document.querySelector('.cursor') !== null")
                        .asBoolean())
                .isTrue();
        gate.open();
        browser.await(COMPLETE);

        assertThat(browser.run("return document.querySelector('.answer p') === window.first")
                        .asBoolean())
                .as("a finished block stays the same element, with what the reader has selected in it")
                .isTrue();
        assertThat(browser.text(".answer pre")).endsWith("// filler\n");
    }

    /** Both answers come in as many pieces and as much time, so only the length of what is there already differs. */
    @Test
    @Timeout(180)
    void theNextPieceOfALongAnswerCostsNoMoreThanThatOfAShortOne() throws Exception {
        double brief = scriptSeconds(40);
        closeTabs();
        double lengthy = scriptSeconds(400);
        System.out.printf("script: %.2f s for a short answer, %.2f s for one ten times as long%n", brief, lengthy);

        assertThat(lengthy).isLessThan(4 * brief);
    }

    private double scriptSeconds(int characters) throws Exception {
        String paragraph = ("word ".repeat(characters / 5) + "\n\n").replaceFirst("^word", "**bold** `code`");
        open(LocalNeuralBox.builder().pace(Duration.ofMillis(4)).deltas(Collections.nCopies(1_000, paragraph)));
        browser.devTools("Performance.enable", Map.of());
        double before = metric("ScriptDuration");
        askAndAwait("Long");
        return metric("ScriptDuration") - before;
    }

    private static double metric(String name) throws IOException {
        for (JsonNode metric :
                browser.devTools("Performance.getMetrics", Map.of()).path("metrics")) {
            if (metric.path("name").asText().equals(name)) {
                return metric.path("value").asDouble();
            }
        }
        throw new AssertionError("no metric " + name);
    }

    private static String clipboard() throws IOException {
        return browser.runAsync("return navigator.clipboard.readText()").asText();
    }
}
