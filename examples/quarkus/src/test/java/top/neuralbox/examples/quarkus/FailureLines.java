package top.neuralbox.examples.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.MessageFormat;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The lines about failed generations, which are kept from the console. None is left at the end of a test. */
final class FailureLines extends Handler {

    private final Logger log = Logger.getLogger("top.neuralbox.quarkus.generations");
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    FailureLines() {
        log.setUseParentHandlers(false);
        log.addHandler(this);
    }

    /** The next line: the page may have its end a moment before. */
    String await(Duration patience) throws InterruptedException {
        String line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(line).as("the line about a failed generation").isNotNull();
        return line;
    }

    @Override
    public void publish(LogRecord logged) {
        Object[] values = logged.getParameters();
        lines.add(values == null ? logged.getMessage() : MessageFormat.format(logged.getMessage(), values));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        log.removeHandler(this);
        log.setUseParentHandlers(true);
        assertThat(lines).isEmpty();
    }
}
