package top.neuralbox.testkit.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

class NeuralBoxExtensionTest {

    @Nested
    @ExtendWith(NeuralBoxExtension.class)
    class EachTest {

        private static final List<LocalNeuralBox> SERVICES = new ArrayList<>();

        private LocalNeuralBox before;

        @BeforeEach
        void keep(LocalNeuralBox service) {
            before = service;
        }

        @RepeatedTest(2)
        void getsARunningServiceOfItsOwn(LocalNeuralBox service) throws IOException {
            assertThat(LocalClient.generate(service, LocalClient.STREAM).status())
                    .isEqualTo(200);
            assertThat(service).isSameAs(before);
            assertThat(service.requestCount()).isEqualTo(1);
            SERVICES.add(service);
        }

        @AfterAll
        static void eachServiceIsClosed() {
            assertThat(SERVICES)
                    .hasSize(2)
                    .allSatisfy(service -> assertThatThrownBy(() -> LocalClient.generate(service, LocalClient.STREAM))
                            .isInstanceOf(IOException.class));
        }
    }

    @Nested
    class Registered {

        @RegisterExtension
        static final NeuralBoxExtension NEURALBOX =
                new NeuralBoxExtension(LocalNeuralBox.builder().answer("Once"));

        @Test
        void builderDecidesHowTheServiceAnswers(LocalNeuralBox service) throws IOException {
            assertThat(LocalClient.generate(service, LocalClient.STREAM).body()).contains("\"delta\": \"Once\"");
        }
    }
}
