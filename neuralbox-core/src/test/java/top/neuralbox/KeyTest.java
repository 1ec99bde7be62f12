package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import top.neuralbox.concurrent.ManualDelayer;

/** Where the key comes from, and what happens when it does not come. */
class KeyTest {

    private static final GenerationRequest REQUEST = GenerationRequest.of("gpt-5", "hello");

    private final StubTransport transport = new StubTransport();
    private final ManualDelayer clock = new ManualDelayer();
    private final RecordingSubscriber subscriber = RecordingSubscriber.asking(Long.MAX_VALUE);

    @ParameterizedTest
    @ValueSource(strings = {"nb_a\r", "nb_a\nX: y", "nb_a\0", "nb_ä", "nb_a b", "nb_a\t", "nb_\u007f"})
    void keyThatAHeaderCannotCarryIsRefusedWithoutEchoingIt(String key) {
        assertThatThrownBy(() -> NeuralBox.builder().apiKey(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("apiKey holds white space, a control character or a character outside ASCII");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void blankKeyIsRefused(String key) {
        assertThatThrownBy(() -> NeuralBox.builder().apiKey(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("apiKey must not be blank");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nb/a\"\\1",
                "nb\\/a\\\"\\\\1",
                "nb/a\\\"\\1",
                "\\u006eb\\u002Fa\\u0022\\u005c1",
                "\\u006e\\u0062\\u002f\\u0061\\u0022\\u005C\\u0031"
            })
    void keyIsRecognisedHoweverJsonEscapesIt(String echoed) {
        ApiKey key = ApiKey.of("nb/a\"\\1");

        assertThat(key.redact("nb nb/ " + echoed + echoed + " nb/a")).isEqualTo("nb nb/ [redacted][redacted] nb/a");
        assertThat(key.redact(echoed.substring(0, echoed.length() - 1) + "\\u00"))
                .isEqualTo(echoed.substring(0, echoed.length() - 1) + "\\u00");
    }

    @Test
    void keyOfAnotherFormIsTaken() {
        transport.client(clock).apiKey("gateway-key/1==").build().stream(REQUEST)
                .close();
        assertThat(transport.call(0).request.headers().get("Authorization")).containsExactly("Bearer gateway-key/1==");
    }

    @Test
    void supplierIsAskedBeforeEachCall() {
        CountingSupplier keys = new CountingSupplier();
        NeuralBox client = transport.client(clock).apiKeySupplier(keys).build();
        client.stream(REQUEST).close();
        client.stream(REQUEST).close();
        assertThat(transport.call(0).request.headers().get("Authorization")).containsExactly("Bearer nb_1");
        assertThat(transport.call(1).request.headers().get("Authorization")).containsExactly("Bearer nb_2");
    }

    @Test
    void supplierThatThrowsFailsTheCallWithoutItsMessage() {
        publish(() -> {
            throw new IllegalStateException("vault said nb_secret");
        });
        assertThat(subscriber.errors).singleElement().isInstanceOfSatisfying(AuthenticationException.class, e -> {
            assertThat(e).hasMessage("the supplier of the API key failed with java.lang.IllegalStateException");
            assertThat(e).hasNoCause();
            assertThat(e.billingState()).isEqualTo(BillingState.NOT_CHARGED);
            assertThat(e.phase()).isEqualTo(NeuralBoxException.Phase.NOT_SENT);
            assertThat(e.status()).isNull();
            assertThat(e.code()).isNull();
        });
        assertThat(transport.calls).isEmpty();
    }

    @Test
    void supplierThatThrowsAnErrorFailsTheCall() {
        publish(() -> {
            throw new NoClassDefFoundError("vault");
        });
        assertThat(subscriber.errors).singleElement().isInstanceOf(AuthenticationException.class);
    }

    @Test
    void supplierThatGivesNullFailsTheCall() {
        publish(() -> null);
        assertThat(subscriber.errors)
                .singleElement()
                .isInstanceOf(AuthenticationException.class)
                .asString()
                .contains("the supplier of the API key gave no key");
    }

    @Test
    void supplierThatGivesAMalformedKeyFailsTheCall() {
        publish(() -> "nb_\n");
        assertThat(subscriber.errors)
                .singleElement()
                .isInstanceOf(AuthenticationException.class)
                .asString()
                .contains("the supplier of the API key gave a malformed key");
    }

    @Test
    void stageThatFailsLaterFailsTheCallWithItsOwnReason() {
        CompletableFuture<String> key = new CompletableFuture<>();
        publishAsync(() -> key);
        assertThat(subscriber.terminals()).isZero();
        key.completeExceptionally(new java.io.IOException("nb_secret"));
        assertThat(subscriber.errors)
                .singleElement()
                .isInstanceOf(AuthenticationException.class)
                .asString()
                .contains("the supplier of the API key failed with java.io.IOException");
    }

    @Test
    void missingStageFailsTheCall() {
        publishAsync(() -> null);
        assertThat(subscriber.errors).singleElement().isInstanceOf(AuthenticationException.class);
    }

    @Test
    void requestIsSentWhenTheKeyArrives() {
        CompletableFuture<String> key = new CompletableFuture<>();
        publishAsync(() -> key);
        assertThat(transport.calls).isEmpty();
        key.complete("nb_late");
        assertThat(transport.call(0).request.headers().get("Authorization")).containsExactly("Bearer nb_late");
    }

    @Test
    void callThatWasCancelledBeforeTheKeyArrivedIsNeverSent() {
        CompletableFuture<String> key = new CompletableFuture<>();
        publishAsync(() -> key);
        subscriber.subscription.cancel();
        key.complete("nb_late");
        assertThat(transport.calls).isEmpty();
    }

    private void publish(Supplier<String> keys) {
        transport.client(clock).apiKeySupplier(keys).build().publish(REQUEST).subscribe(subscriber);
    }

    private void publishAsync(Supplier<CompletionStage<String>> keys) {
        transport
                .client(clock)
                .asyncApiKeySupplier(keys)
                .build()
                .publish(REQUEST)
                .subscribe(subscriber);
    }

    private static final class CountingSupplier implements Supplier<String> {
        private int asked;

        @Override
        public String get() {
            return "nb_" + ++asked;
        }
    }
}
