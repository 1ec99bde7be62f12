package top.neuralbox.transport.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.proxy.ProxyConnectException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import top.neuralbox.transport.ExchangeFailures;

/** What the engine reads of a proxy's answer, wherever the network splits it. */
class ProxyAnswersTest {

    @Test
    void anySuccessIs200AndWhatFollowsIsTheTunnels() {
        String answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\nContent-Length: 3\n\n";
        for (int split = 1; split < answer.length(); split++) {
            EmbeddedChannel channel = new EmbeddedChannel(new ProxyAnswers());
            write(channel, answer.substring(0, split));
            write(channel, answer.substring(split) + "the tunnel");
            write(channel, "'s");

            assertThat(read(channel)).as("split at %d", split).isEqualTo("HTTP/1.1 200 \r\n\r\nthe tunnel's");
        }
    }

    @Test
    void refusalKeepsItsStatusAlone() {
        EmbeddedChannel channel = new EmbeddedChannel(new ProxyAnswers());

        write(channel, "HTTP/1.1 407 secret\r\nProxy-Authenticate: secret\r\n\r\n");

        assertThat(read(channel)).isEqualTo("HTTP/1.1 407 \r\nContent-Length: 0\r\n\r\n");
    }

    @Test
    void switchOfProtocolsOpensNoTunnel() {
        EmbeddedChannel channel = new EmbeddedChannel(new ProxyAnswers());

        write(channel, "HTTP/1.1 101 \r\n\r\n");

        assertThat(read(channel)).startsWith("HTTP/1.1 101 ");
    }

    @Test
    void whatIsNotHttpOrHasNoEndIsRefusedWithoutEcho() {
        for (String answer : new String[] {
            "SSH-2.0-secret\r\n\r\n",
            "HTTP/1.1 2secret\r\n\r\n",
            "secret".repeat(20_000),
            "HTTP/1.1 102 secret\r\n\r\n".repeat(ExchangeFailures.MOST_INTERIM_RESPONSES + 1)
        }) {
            EmbeddedChannel channel = new EmbeddedChannel(new ProxyAnswers());

            assertThatThrownBy(() -> write(channel, answer))
                    .hasRootCauseInstanceOf(ProxyConnectException.class)
                    .hasMessageNotContaining("secret");
        }
    }

    private static void write(EmbeddedChannel channel, String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private static String read(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            text.append(next.toString(StandardCharsets.US_ASCII));
            next.release();
        }
        return text.toString();
    }
}
