package top.neuralbox.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import top.neuralbox.spring.boot.test.AutoConfigureLocalNeuralBox;
import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** The application's page in a real Chromium. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureLocalNeuralBox
class ChromiumTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static ChromeDriver chromium;

    @TestConfiguration(proxyBeanMethods = false)
    static class Answers {

        @Bean
        LocalNeuralBox.Builder answers() {
            return LocalNeuralBox.builder().deltas(List.of("An old", " silent pond"));
        }
    }

    @Autowired
    private LocalNeuralBox service;

    @Value("${local.server.port}")
    private int port;

    @BeforeAll
    static void start() {
        Path driver = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "chromedriver"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        if (System.getenv("NEURALBOX_REQUIRE_BROWSER") == null) {
            assumeTrue(driver != null, "chromedriver is not on the PATH");
        }
        assertThat(driver).as("chromedriver on the PATH").isNotNull();
        chromium = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver.toFile())
                        .build(),
                new ChromeOptions().addArguments("--headless", "--no-sandbox", "--disable-dev-shm-usage"));
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.quit();
        }
    }

    @Test
    void pageShowsAPieceWhileTheServiceWithholdsTheNext() {
        Gate gate = new Gate();
        service.misbehave(Fault.stallAfter(135, gate));

        ask("Write a haiku");
        awaitText("An old");
        assertThat(service.openStreams()).isEqualTo(1);
        gate.open();

        awaitText("An old silent pond");
    }

    @Test
    void secondEnterStartsNoSecondPaidStream() {
        Gate gate = new Gate();
        long before = service.requestCount();
        service.misbehave(Fault.stallAfter(135, gate));
        ask("Write a haiku");
        awaitText("An old");

        chromium.findElement(By.name("prompt")).sendKeys(Keys.ENTER);
        gate.open();

        awaitText("An old silent pond");
        assertThat(service.requestCount()).isEqualTo(before + 1);
    }

    @Test
    void closingTheTabEndsThePaidStreamWithinASecond() {
        String first = chromium.getWindowHandle();
        chromium.switchTo().newWindow(WindowType.TAB);
        service.misbehave(Fault.stallAfter(135));
        ask("Write a haiku");
        awaitText("An old");

        chromium.close();

        service.awaitNoOpenStreams(Duration.ofSeconds(1));
        chromium.switchTo().window(first);
    }

    private void ask(String prompt) {
        chromium.get("http://127.0.0.1:" + port + "/");
        chromium.findElement(By.name("prompt")).sendKeys(prompt, Keys.ENTER);
    }

    private static void awaitText(String text) {
        new WebDriverWait(chromium, PATIENCE)
                .until(ExpectedConditions.textToBe(By.id("answer"), text));
    }
}
