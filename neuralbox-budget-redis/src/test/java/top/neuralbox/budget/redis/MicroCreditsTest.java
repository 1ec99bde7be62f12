package top.neuralbox.budget.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MicroCreditsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.000000000, 0",
        "1, 1000000",
        "1E+2, 100000000",
        "0.000001, 1",
        "2.5000000, 2500000",
        "9007199254.740991, 9007199254740991"
    })
    void creditsThatFitAreMillionths(String credits, String micros) {
        assertThat(MicroCredits.of(new BigDecimal(credits))).isEqualTo(micros);
        assertThat(MicroCredits.parse(micros)).isEqualByComparingTo(credits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0.0000001", "9007199254.740992", "1E+1000000000", "123456789012345678"})
    void creditsThatDoNotFitAreRefused(String credits) {
        assertThatThrownBy(() -> MicroCredits.of(new BigDecimal(credits))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"10000000, 10", "2500000, 2.5", "0, 0"})
    void creditsReadAsPeopleWriteThem(String micros, String credits) {
        assertThat(MicroCredits.parse(micros)).isEqualTo(new BigDecimal(credits));
    }
}
