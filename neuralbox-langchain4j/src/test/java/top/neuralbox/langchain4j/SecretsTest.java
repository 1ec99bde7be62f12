package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The key is in no text that the adapter makes, even if the service echoes it. */
class SecretsTest {

    private static final String KEY = LocalNeuralBox.apiKey();

    private final LocalNeuralBox service = LocalNeuralBox.start();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void modelsDoNotShowTheKey() {
        assertThat(NeuralBoxChatModel.builder(Carrier.HTTPCLIENT.client(service))
                        .build())
                .asString()
                .contains("127.0.0.1")
                .doesNotContain(KEY);
        assertThat(NeuralBoxStreamingChatModel.builder(Carrier.HTTPCLIENT.client(service))
                        .build())
                .asString()
                .contains("127.0.0.1")
                .doesNotContain(KEY);
    }

    @Test
    void refusalThatEchoesTheKeyDoesNotShowIt() throws Exception {
        service.misbehave(Fault.refuse(401, "not_authenticated", "no such key: " + KEY));
        RecordingHandler handler = new RecordingHandler();

        NeuralBoxStreamingChatModel.builder(Carrier.HTTPCLIENT.client(service))
                .modelName("gpt-5")
                .build()
                .chat("hello", handler);

        assertThat(stackTrace(handler.awaitError())).contains("no such key").doesNotContain(KEY);
    }

    @Test
    void thrownRefusalThatEchoesTheKeyDoesNotShowIt() {
        service.misbehave(Fault.refuse(401, "not_authenticated", "no such key: " + KEY));
        NeuralBoxChatModel model = NeuralBoxChatModel.builder(Carrier.HTTPCLIENT.client(service))
                .modelName("gpt-5")
                .build();

        Throwable thrown = catchThrowable(() -> model.chat(UserMessage.from("hello")));

        assertThat(thrown).isInstanceOf(AuthenticationException.class);
        assertThat(stackTrace(thrown)).contains("no such key").doesNotContain(KEY);
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
