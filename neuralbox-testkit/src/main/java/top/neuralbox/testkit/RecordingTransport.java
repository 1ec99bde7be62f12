package top.neuralbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;

/**
 * Carries calls over another transport, and writes each response to a file of its own, as a {@link Recording}: the bytes as they
 * came, cut as they came, with their times. Of the head the status stays, and of its fields the content type and encoding, the
 * request id and what tells of waiting and of rate limits. The key, any other field of the request, and cookies are never
 * written, the key not even where the service echoes it; the prompt only if you {@linkplain Builder#keepRequest() say so}; the text unless you {@linkplain Builder#blankText()
 * say otherwise}. A call that gets no connection leaves no file.
 *
 * <pre>{@code
 * try (Transport transport = RecordingTransport.builder(HttpClientTransport.create(), Path.of("recordings"))
 *                 .build();
 *         NeuralBox neuralBox = NeuralBox.builder().transport(transport).build()) {
 *     neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));
 * }
 * }</pre>
 *
 * <p>A response is held in memory until it ends, and written on a daemon thread then: this is a tool for tests. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RecordingTransport implements Transport {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Transport engine;
    private final Path folder;
    private final boolean blankText;
    private final boolean keepRequest;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final List<Path> files = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "testkit-recording");
        thread.setDaemon(true);
        return thread;
    });

    private RecordingTransport(Builder builder) {
        this.engine = builder.engine;
        this.folder = builder.folder;
        this.blankText = builder.blankText;
        this.keepRequest = builder.keepRequest;
        this.clock = builder.clock;
        this.nanoTime = builder.nanoTime;
    }

    /**
     * Collects a transport.
     *
     * @param engine what carries the calls; closed with this
     * @param folder where the files go, named {@code recording-1.jsonl} and so on; made if it is not there. No file in it is
     *     ever written over
     */
    public static Builder builder(Transport engine, Path folder) {
        return new Builder(engine, folder);
    }

    @Override
    public TransportCall start(TransportRequest request) {
        CallRecorder recorder = new CallRecorder(this, keepRequest ? request : null);
        return new RecordedCall(engine.start(recorder.watched(request)), recorder);
    }

    /** The engine's. */
    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public boolean mustNotBlock(Thread thread) {
        return engine.mustNotBlock(thread);
    }

    /** The files that were written so far, in order. A snapshot. */
    public List<Path> files() {
        return List.copyOf(files);
    }

    /**
     * Closes the engine, and waits until all files are written.
     *
     * @throws UncheckedIOException if one of them could not be
     */
    @Override
    public void close() {
        engine.close();
        writer.shutdown();
        try {
            if (!writer.awaitTermination(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new UncheckedIOException(new IOException("recordings were not written within " + PATIENCE));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        IOException failed = failure.getAndSet(null);
        if (failed != null) {
            throw new UncheckedIOException("a recording could not be written", failed);
        }
    }

    boolean blanksText() {
        return blankText;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    String now() {
        return clock.instant().toString();
    }

    /** Writes a recording, unless this is closed. */
    void finished(Recording recording) {
        if (!writer.isShutdown()) {
            writer.execute(() -> write(recording));
        }
    }

    private void write(Recording recording) {
        try {
            Files.createDirectories(folder);
            for (int number = files.size() + 1; ; number++) {
                Path file = folder.resolve("recording-" + number + ".jsonl");
                try {
                    recording.write(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    files.add(file);
                    return;
                } catch (FileAlreadyExistsException e) {
                    // Another run's: the next number may be free.
                }
            }
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Collects a transport. Not thread-safe. */
    public static final class Builder {

        private final Transport engine;
        private final Path folder;
        private boolean blankText;
        private boolean keepRequest;
        private InstantSource clock = InstantSource.system();
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(Transport engine, Path folder) {
            this.engine = Objects.requireNonNull(engine, "engine");
            this.folder = Objects.requireNonNull(folder, "folder");
        }

        /**
         * Writes an x in the place of each byte of text, so that sizes and times stay and nothing is told: of JSON, in all strings
         * but the types, ids, models and states, and in refusals the codes; of comments and of content that is no JSON,
         * everywhere.
         */
        public Builder blankText() {
            blankText = true;
            return this;
        }

        /** Writes the content of the request too, which holds the prompt. */
        public Builder keepRequest() {
            keepRequest = true;
            return this;
        }

        /** Sets the clocks. Default: the system's. */
        Builder clock(InstantSource clock, LongSupplier nanoTime) {
            this.clock = clock;
            this.nanoTime = nanoTime;
            return this;
        }

        /** Makes the transport. Closing it closes the one beneath it. */
        public RecordingTransport build() {
            return new RecordingTransport(this);
        }
    }
}
