package top.neuralbox.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** The lines about failed generations, which are kept from the console. None is left at the end of a test. */
final class FailureLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger log = (Logger) LoggerFactory.getLogger("top.neuralbox.spring.boot.generations");
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    FailureLines() {
        start();
        log.setAdditive(false);
        log.addAppender(this);
    }

    /** The next line: the page may have its end a moment before. */
    String await(Duration patience) throws InterruptedException {
        String line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(line).as("the line about a failed generation").isNotNull();
        return line;
    }

    @Override
    protected void append(ILoggingEvent logged) {
        lines.add(logged.getFormattedMessage());
    }

    @Override
    public void close() {
        log.detachAppender(this);
        log.setAdditive(true);
        assertThat(lines).isEmpty();
    }
}
