package top.neuralbox.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBox;

/** The application with a TLS configuration of Quarkus, by its name. */
@QuarkusTest
@QuarkusTestResource(value = TlsService.class, restrictToAnnotatedClass = true)
class TlsTest {

    @Inject
    NeuralBox neuralBox;

    @Test
    void authorityOfTheConfigurationIsTrustedAndItsCertificateIsShown() {
        assertThat(neuralBox.account().balance().credits()).isEqualTo(BigDecimal.valueOf(283));
    }
}
