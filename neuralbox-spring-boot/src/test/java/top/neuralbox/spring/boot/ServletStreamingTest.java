package top.neuralbox.spring.boot;

import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import top.neuralbox.testkit.local.Fault;

/** What holds in a servlet container besides. */
abstract class ServletStreamingTest extends StreamingTest {

    @Test
    void timeOutOfTheContainerDoesNotCutAStream() throws Exception {
        // Some two seconds: containers look for what has timed out once a second.
        assertThatARestDoesNotEndTheStream(10);
    }

    @Test
    void readerWhoLeavesBeforeTheFirstEventEndsThePaidStreamAfterTheHead() throws Exception {
        service.misbehave(Fault.stallAfter(0));
        try (Socket reader = reader("/chat/with-an-early-head")) {
            service.awaitOpenStreams(1, PATIENCE);
        }

        service.awaitNoOpenStreams(Duration.ofSeconds(2));
    }
}
