package top.neuralbox.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import top.neuralbox.Billing;

class NeuralBoxChatResponseMetadataTest {

    private final NeuralBoxChatResponseMetadata metadata = NeuralBoxChatResponseMetadata.builder()
            .id("gen_1")
            .modelName("gpt-5")
            .billing(Billing.of(BigDecimal.valueOf(3), BigDecimal.valueOf(297)))
            .requestId("req_1")
            .build();

    @Test
    void copyIsEqual() {
        assertThat(metadata.toBuilder().build()).isEqualTo(metadata).hasSameHashCodeAs(metadata);
    }

    @Test
    void copyWithAnotherBillIsNotEqual() {
        assertThat(metadata.toBuilder().billing(Billing.of(null, null)).build()).isNotEqualTo(metadata);
    }

    @Test
    void toStringHasTheBill() {
        assertThat(metadata).asString().contains("gen_1", "req_1", "creditsUsed=3");
    }

    @Test
    void withoutABillItIsUnknown() {
        assertThat(NeuralBoxChatResponseMetadata.builder().build().billing()).isEqualTo(Billing.of(null, null));
    }
}
