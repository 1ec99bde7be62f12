package top.neuralbox.transport.httpclient;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EngineVersionsTest {

    @Test
    void whatTheBuildBringsIsSupported() {
        assertThatCode(EngineVersions::requireSupported).doesNotThrowAnyException();
    }

    @Test
    void theOldestPairIsSupported() {
        assertThatCode(() -> EngineVersions.requireSupported("5.5.1", "5.3.6")).doesNotThrowAnyException();
    }

    @Test
    void anOlderClientIsRefusedWithTheVersionsFound() {
        assertThatThrownBy(() -> EngineVersions.requireSupported("5.4.4", "5.3.6"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Found: httpclient5 5.4.4, httpcore5 5.3.6");
    }

    @Test
    void anOlderCoreBesideANewClientIsRefusedWithTheVersionsFound() {
        assertThatThrownBy(() -> EngineVersions.requireSupported("5.6.5", "5.2.5"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Found: httpclient5 5.6.5, httpcore5 5.2.5");
    }

    @Test
    void anAbsentEngineIsNamedSo() {
        assertThatThrownBy(() -> EngineVersions.requireSupported(null, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Found: httpclient5 none");
    }

    @Test
    void classesThatDoNotFitAreReportedWithTheVersionsFound() {
        LinkageError mismatch = new NoSuchMethodError("…");

        assertThatThrownBy(() -> {
                    throw EngineVersions.unusable(mismatch);
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Found: httpclient5 5.")
                .hasCause(mismatch);
    }
}
