package top.neuralbox.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
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

    @Test
    void fieldsOfAResponseEntityAreSent() throws Exception {
        HttpResponse<InputStream> response = askAt("/chat/with-a-field");
        try (InputStream body = response.body()) {
            body.transferTo(OutputStream.nullOutputStream());
        }

        assertThat(response.headers().allValues("X-Chat")).containsExactly("one", "two");
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
    }

    @Test
    void responseWithoutAThreadForItsHeadEndsAndItsPaidStreamToo() {
        service.misbehave(Fault.stallAfter(SECOND_PIECE));

        awaitResponse(new ScarceThreads(1));

        service.awaitNoOpenStreams(PATIENCE);
    }

    @Test
    void responseWithoutAThreadForAPieceEndsAndItsPaidStreamToo() {
        service.misbehave(Fault.stallAfter(SECOND_PIECE));

        // After the head and the event with which a generation starts.
        awaitResponse(new ScarceThreads(3));

        service.awaitNoOpenStreams(PATIENCE);
    }

    @Test
    void responseWithoutAThreadForItsEndEnds() {
        ScarceThreads enough = new ScarceThreads(0);
        awaitResponse(enough);
        ScarceThreads scarce = new ScarceThreads(enough.executions());

        awaitResponse(scarce);

        assertThat(scarce.executions()).as("the last step was asked for").isEqualTo(enough.executions());
    }

    /** Asks, and reads until the response has ended, whether properly or not. */
    private void awaitResponse(ScarceThreads threads) {
        ServletApplication.threads = threads;
        assertTimeoutPreemptively(PATIENCE, () -> {
            try (InputStream body = askAt("/chat/on-scarce-threads").body()) {
                body.transferTo(OutputStream.nullOutputStream());
            } catch (IOException brokenOff) {
                // An end, too.
            }
        });
    }
}
