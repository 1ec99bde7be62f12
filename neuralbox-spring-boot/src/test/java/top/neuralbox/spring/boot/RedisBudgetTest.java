package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import redis.clients.jedis.UnifiedJedis;
import redis.embedded.RedisServer;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.GenerationRequest;
import top.neuralbox.NeuralBox;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.redis.RedisBudgetStore;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A budget that several applications share, on a real Redis. */
class RedisBudgetTest {

    private static final GenerationRequest REQUEST = GenerationRequest.builder()
            .model("gpt-5")
            .prompt("Write a haiku")
            .estimatedCredits(BigDecimal.valueOf(3))
            .build();

    private static RedisServer redis;
    private static String url;

    private final LocalNeuralBox service = LocalNeuralBox.start();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(NeuralBoxAutoConfiguration.class, NeuralBoxRedisAutoConfiguration.class))
            .withPropertyValues(
                    "neuralbox.api-key=" + LocalNeuralBox.apiKey(),
                    "neuralbox.base-uri=" + service.uri(),
                    "neuralbox.budget.limits[0].credits=5",
                    "neuralbox.budget.limits[0].window=1d");

    @BeforeAll
    static void start() throws IOException {
        int port = freePort();
        redis = startOn(port, "secret");
        url = "redis://:secret@127.0.0.1:" + port;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static RedisServer startOn(int port, String password) throws IOException {
        RedisServer server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("requirepass " + password)
                .setting("save \"\"")
                .build();
        server.start();
        return server;
    }

    @AfterAll
    static void stop() throws IOException {
        redis.stop();
    }

    @Test
    void instancesWithOneNamespaceShareOneLimit() {
        ApplicationContextRunner chat = application.withPropertyValues(
                "neuralbox.budget.redis.url=" + url, "neuralbox.budget.redis.namespace=chat");

        chat.run(one -> {
            one.getBean(NeuralBox.class).generate(REQUEST);

            chat.run(
                    two -> assertThatThrownBy(() -> two.getBean(NeuralBox.class).generate(REQUEST))
                            .isInstanceOf(BudgetExceededException.class));
        });
        application
                .withPropertyValues("neuralbox.budget.redis.url=" + url, "neuralbox.budget.redis.namespace=other")
                .run(other -> assertThat(
                                other.getBean(NeuralBox.class).generate(REQUEST).text())
                        .isNotEmpty());
    }

    @Test
    void disabledClientNeedsNoRedis() {
        application
                .withPropertyValues("neuralbox.enabled=false", "neuralbox.budget.redis.url=" + url)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(BudgetStore.class));
    }

    /** Also what happens after something has cut the connections while they were idle. */
    @Test
    void restartOfRedisRefusesNoGeneration() throws IOException {
        int port = freePort();
        RedisServer before = startOn(port, "secret");
        application
                .withPropertyValues("neuralbox.budget.redis.url=redis://:secret@127.0.0.1:" + port)
                .run(context -> {
                    NeuralBox neuralBox = context.getBean(NeuralBox.class);
                    neuralBox.generate(REQUEST);
                    before.stop();
                    RedisServer after = startOn(port, "secret");
                    try {
                        assertThat(neuralBox.generate(REQUEST).text()).isNotEmpty();
                    } finally {
                        after.stop();
                    }
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class UsesRedisIfThereIsOne {

        @Bean
        Optional<UnifiedJedis> found(ObjectProvider<UnifiedJedis> redis) {
            return Optional.ofNullable(redis.getIfAvailable());
        }
    }

    @Test
    void clientOfRedisIsNotInjectedByType() {
        application
                .withPropertyValues("neuralbox.budget.redis.url=" + url)
                .withUserConfiguration(UsesRedisIfThereIsOne.class)
                .run(context -> assertThat(context.getBean("found")).isEqualTo(Optional.empty()));
    }

    @Test
    void storeOfTheApplicationComesFirst() {
        BudgetStore own = BudgetStore.inMemory();
        application
                .withPropertyValues("neuralbox.budget.redis.url=" + url)
                .withBean(BudgetStore.class, () -> own)
                .run(context -> assertThat(context).getBean(BudgetStore.class).isSameAs(own));
    }

    @Test
    void withoutTheStoresArtifactThePropertiesHaveNoEffect() {
        application
                .withPropertyValues("neuralbox.budget.redis.url=" + url)
                .withClassLoader(new FilteredClassLoader(RedisBudgetStore.class, UnifiedJedis.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(BudgetStore.class));
    }

    @Test
    void passwordMayHaveAnyCharacterInPercentEncoding() throws IOException {
        int port = freePort();
        RedisServer strict = startOn(port, "a/b@c%d");
        try {
            application
                    .withPropertyValues("neuralbox.budget.redis.url=redis://:a%2Fb%40c%25d@127.0.0.1:" + port)
                    .run(context -> assertThat(context.getBean(NeuralBox.class)
                                    .generate(REQUEST)
                                    .text())
                            .isNotEmpty());
        } finally {
            strict.stop();
        }
    }

    /** An environment variable that is not set arrives as an empty property, if it has an empty default. */
    @Test
    void emptyUrlIsRefusedByName() {
        application
                .withPropertyValues("neuralbox.budget.redis.url=")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("neuralbox.budget.redis.url"));
    }

    /** A trusted certificate for another name is that of somebody else. */
    @Test
    void passwordIsNotSentToAServerWithTheCertificateOfAnotherHost() throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        SSLContext before = SSLContext.getDefault();
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {certificates.trustManager()}, null);
        SSLContext.setDefault(trusting);
        try (ServerSocket impostor =
                certificates.wrongHostServer().getServerSocketFactory().createServerSocket(0)) {
            CompletableFuture<Integer> heard = CompletableFuture.supplyAsync(() -> firstByte(impostor));

            application
                    .withPropertyValues(
                            "neuralbox.budget.redis.url=rediss://:secret@localhost:" + impostor.getLocalPort())
                    .run(context -> assertThatThrownBy(
                                    () -> context.getBean(NeuralBox.class).generate(REQUEST))
                            .isInstanceOf(BudgetUnavailableException.class));

            assertThat(heard).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(-1);
        } finally {
            SSLContext.setDefault(before);
        }
    }

    /** The first byte that a client sends, or -1 if it does not complete the handshake. */
    private static int firstByte(ServerSocket server) {
        try (Socket connection = server.accept()) {
            return connection.getInputStream().read();
        } catch (IOException refused) {
            return -1;
        }
    }

    /** The first has no port. The second is no URI. The others would be read as clear text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:s3cret@127.0.0.1",
                "redis://:100%s3cret@127.0.0.1:6379",
                "REDISS://:s3cret@127.0.0.1:6379",
                "redis+tls://:s3cret@127.0.0.1:6379",
                "http://:s3cret@127.0.0.1:6379"
            })
    void unusableUrlIsRefusedByNameAndItsPasswordIsNotShown(String unusable) {
        application.withPropertyValues("neuralbox.budget.redis.url=" + unusable).run(context -> {
            assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("neuralbox.budget.redis.url");
            assertThat(Throwables.getStackTrace(context.getStartupFailure())).doesNotContain("s3cret");
        });
    }

    @Test
    void passwordOfTheUrlIsInNoTextOfTheProperties() {
        assertThat(new NeuralBoxRedisProperties(url, "chat", null, null, null))
                .asString()
                .doesNotContain("secret")
                .contains("chat");
    }
}
