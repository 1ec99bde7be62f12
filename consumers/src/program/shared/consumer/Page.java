package consumer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import top.neuralbox.testkit.local.Fault;
import top.neuralbox.testkit.local.LocalNeuralBox;

/** A page that asks the application for a generation, while the service withholds the second piece, and then leaves. */
public final class Page {

    /** The answer up to its second piece. */
    private static final int FIRST_PIECE = 135;

    private Page() {}

    /** @throws IllegalStateException if the first piece does not arrive, or if the paid stream does not end within a second */
    public static void readOnePieceAndLeave(LocalNeuralBox service, int port) throws IOException {
        service.misbehave(Fault.stallAfter(FIRST_PIECE));
        try (Socket page = new Socket(InetAddress.getLoopbackAddress(), port)) {
            page.setSoTimeout(20_000);
            page.getOutputStream()
                    .write("GET /chat HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            awaitPiece(page.getInputStream());
        }
        service.awaitNoOpenStreams(Duration.ofSeconds(1));
        System.out.println("a piece was read while the next was withheld; the paid stream ended with its page");
    }

    private static void awaitPiece(InputStream response) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.UTF_8).contains("\"delta\": \"Here\"}")) {
            int next = response.read();
            Story.require(next >= 0, "the response ended: " + read.toString(StandardCharsets.UTF_8));
            read.write(next);
        }
    }
}
