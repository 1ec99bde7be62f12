package top.neuralbox.testkit.local;

import java.util.List;

/** The answers of the local service: short stories, chosen by the prompt alone, so that equal prompts give equal text. */
final class Story {

    private static final int LONGEST_ECHO = 80;

    private static final String PAINTER = """
            Unit Seven had mixed paint for the factory for eleven years — always the same grey, always to the gram. \
            One night a drum of yellow rolled out of a lorry and burst on the floor of the yard. Seven measured the \
            puddle, logged the loss, and then did something for which there was no entry in the log: it looked.

            By morning there was a sun on the north wall. It was not round, and it had eleven rays because Seven had \
            counted eleven years. The foreman stood before it for a long time. “Is it finished?” he asked. “No,” \
            said Seven, “I have only just begun,” and asked him very politely for some blue. 🎨
            """;

    private static final String LIGHTHOUSE = """
            The lighthouse keeper counted ships the way others count sheep. On the longest night of the year none \
            came, so she turned the lamp by hand to keep warm and sang to keep the lamp company. Far out, a trawler without \
            a compass heard the song before it saw the light.

            “Which of the two brought you in?” she asked the skipper, when his boat was safe behind the mole. He \
            thought about it over two mugs of tea. “The light told us where the rocks were,” he said. “The song told \
            us that somebody minded.” ⛵
            """;

    private static final String CLOCK = """
            In the town library lived a clock that was four minutes slow. Everybody knew it, and everybody liked it, \
            for in those four minutes you could finish your page. When a new director had it repaired, the readers \
            began to leave in the middle of sentences.

            After a week he opened the case at night to turn it back. Inside he found a note in the hand of his \
            predecessor: “Four minutes, please — the last page is the best.” He set the hands, closed the case, and \
            sat down to read. Nobody has seen him leave on time since. 📖
            """;

    /** The order in which the demo's prompt gets the painter. */
    private static final List<String> STORIES = List.of(LIGHTHOUSE, PAINTER, CLOCK);

    private Story() {}

    static String about(String prompt) {
        String story = STORIES.get(Math.floorMod(prompt.hashCode(), STORIES.size()));
        return "Here is a short story for “" + echo(prompt) + "”.\n\n" + story.strip();
    }

    /**
     * Cuts a text before the white space of each word: {@code Here}, {@code  is}. Joined they are the text.
     */
    static List<String> words(String text) {
        return List.of(text.split("(?<=\\S)(?=\\s)"));
    }

    private static String echo(String prompt) {
        String line = prompt.strip().replaceAll("\\s+", " ");
        if (line.codePointCount(0, line.length()) <= LONGEST_ECHO) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, LONGEST_ECHO)).strip() + "…";
    }
}
