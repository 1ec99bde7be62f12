package top.neuralbox;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Everything that is logged below {@code top.neuralbox}, at the finest level, until it is closed. */
final class LogCapture extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger("top.neuralbox");
    private final Level before = logger.getLevel();
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    private LogCapture() {
        setLevel(Level.ALL);
        logger.setLevel(Level.ALL);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    static LogCapture start() {
        return new LogCapture();
    }

    /** Level and message of each record. */
    List<String> lines() {
        return records.stream()
                .map(entry -> entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry))
                .toList();
    }

    /** All records with all that a formatter could show of them, causes included. */
    String everything() {
        StringWriter all = new StringWriter();
        PrintWriter writer = new PrintWriter(all);
        for (LogRecord entry : records) {
            writer.println(new SimpleFormatter().format(entry));
            if (entry.getThrown() != null) {
                entry.getThrown().printStackTrace(writer);
            }
        }
        return all.toString();
    }

    @Override
    public void publish(LogRecord entry) {
        records.add(entry);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
        logger.setLevel(before);
    }
}
