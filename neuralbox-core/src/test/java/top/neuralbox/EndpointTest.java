package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "https://neuralbox.top, neuralbox.top, 443",
        "HTTPS://neuralbox.top:8443, neuralbox.top, 8443",
        "http://localhost, localhost, 80",
        "https://[2001:db8::1], 2001:db8::1, 443",
    })
    void hostAndPortAreThoseOfTheBase(String base, String host, int port) {
        URI endpoint = Endpoint.generate(URI.create(base), false);
        assertThat(Endpoint.host(endpoint)).isEqualTo(host);
        assertThat(Endpoint.port(endpoint)).isEqualTo(port);
    }

    @ParameterizedTest
    @CsvSource({
        "https://neuralbox.top, https://neuralbox.top/api/v2/generate",
        "https://neuralbox.top/, https://neuralbox.top/api/v2/generate",
        "HTTPS://neuralbox.top:8443//, https://neuralbox.top:8443/api/v2/generate",
        "https://gw.example/ai%2Fx/v1/, https://gw.example/ai%2Fx/v1/api/v2/generate",
        "https://[2001:db8::1]:8443, https://[2001:db8::1]:8443/api/v2/generate",
        "http://localhost:8765, http://localhost:8765/api/v2/generate",
        "http://127.0.0.1:8765, http://127.0.0.1:8765/api/v2/generate",
        "http://127.1.2.3, http://127.1.2.3/api/v2/generate",
        "http://[::1]:8765, http://[::1]:8765/api/v2/generate",
    })
    void pathIsPutBelowTheBase(String base, String endpoint) {
        assertThat(Endpoint.generate(URI.create(base), false)).isEqualTo(URI.create(endpoint));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"neuralbox.top", "/x", "ftp://neuralbox.top", "mailto:x@y", "https:///x", "https://a_b.example"})
    void baseWithoutSchemeOrHostIsRefused(String base) {
        assertRefused(base, "baseUri must be absolute, http or https, with a host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://u@x.example", "https://u:p@x.example", "https://x.example?a=b", "https://x.example#f"})
    void baseWithMoreThanAPathIsRefused(String base) {
        assertRefused(base, "baseUri must not have user information, a query or a fragment");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://neuralbox.top",
                "http://127.0.0.1.example.com",
                "http://10.0.0.1",
                "http://localhost.example"
            })
    void clearTextToAnotherMachineIsRefused(String base) {
        assertRefused(
                base,
                "baseUri is http, which shows the key to everyone on the way to "
                        + URI.create(base).getHost() + "; use https, or allowClearText(true) if that network is yours");
    }

    @Test
    void clearTextMayBeAllowed() {
        assertThat(Endpoint.generate(URI.create("http://gateway.internal"), true))
                .isEqualTo(URI.create("http://gateway.internal/api/v2/generate"));
    }

    private static void assertRefused(String base, String message) {
        assertThatThrownBy(() -> Endpoint.generate(URI.create(base), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
