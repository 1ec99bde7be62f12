package top.neuralbox.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import top.neuralbox.NeuralBox;
import top.neuralbox.StubTransport;

/** Which transport a client takes that was not handed one. */
class TransportLoaderTest {

    private final TransportProvider first = new First();
    private final TransportProvider second = new Second();

    @Test
    void onlyOneThereIsIsTaken() {
        assertThat(TransportLoader.choose(List.of(first), null)).isSameAs(first);
    }

    @Test
    void namedOneIsTaken() {
        assertThat(TransportLoader.choose(List.of(first, second), "second")).isSameAs(second);
    }

    @Test
    void noneSaysWhatToAdd() {
        assertThatThrownBy(() -> TransportLoader.choose(List.of(), null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no transport found: add neuralbox-transport-httpclient or neuralbox-transport-vertx to the"
                        + " class path, or pass one to NeuralBox.builder().transport(..)");
    }

    @Test
    void twoAreListedWithWhereTheyCameFrom() {
        String here = TransportLoaderTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString();
        assertThatThrownBy(() -> TransportLoader.choose(List.of(second, first), null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "more than one transport found: first (" + here + "), second (" + here + "); keep one of these"
                                + " dependencies, name one by the system property neuralbox.transport, or pass one to"
                                + " NeuralBox.builder().transport(..)");
    }

    @Test
    void nameThatNoneHasListsWhatWasFound() {
        assertThatThrownBy(() -> TransportLoader.choose(List.of(first), "third"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("neuralbox.transport asks for the transport 'third'; found: first (");
    }

    @Test
    void nameWithoutAnyTransportSaysNone() {
        assertThatThrownBy(() -> TransportLoader.choose(List.of(), "third")).hasMessageEndingWith("found: none");
    }

    @Test
    void providerOfANameThatIsNotInstalledSaysSo() {
        assertThatThrownBy(() -> TransportProvider.choose("third"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("neuralbox.transport asks for the transport 'third'; found: none");
    }

    @Test
    void clientWithoutTransportSaysWhatToAdd() {
        assertThatThrownBy(() -> NeuralBox.builder().apiKey("nb_test").build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("no transport found");
    }

    private static class First implements TransportProvider {
        @Override
        public String name() {
            return "first";
        }

        @Override
        public Transport create(TransportConfig config) {
            return new StubTransport();
        }

        @Override
        public boolean mustNotBlock(Thread thread) {
            return false;
        }
    }

    private static final class Second extends First {
        @Override
        public String name() {
            return "second";
        }
    }
}
