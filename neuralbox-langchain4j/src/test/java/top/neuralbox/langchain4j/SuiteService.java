package top.neuralbox.langchain4j;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The service that LangChain4j's suites ask: each answer has the words that their questions want to see. */
final class SuiteService {

    /** The models that it serves. */
    static final String MODEL = "gpt-5";

    static final String OTHER_MODEL = "claude-sonnet-4-5";

    /** Paced, so that a stream is still under way when a suite cancels it. */
    static final LocalNeuralBox SERVICE = LocalNeuralBox.builder()
            .balance(BigDecimal.valueOf(100_000))
            .deltas(List.of("Berlin", " Liebe", " green", " Hello", " sun", " and", " more", " words"))
            .pace(Duration.ofMillis(2))
            .start();

    private SuiteService() {}
}
