package top.neuralbox.testkit.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportRequest;

/**
 * Carries calls over another transport, and writes each response to its own file, as a {@link Recording}: the bytes as they
 * arrived, in the same pieces, with their times. Of the head, it keeps the status, the content type and encoding, the
 * request id, and the fields about waiting and rate limits. It never writes cookies, the key or any other header field of
 * the request, not even where the service echoes the key. It writes the prompt only {@linkplain Builder#keepRequest() on
 * request}, and the text unless you {@linkplain Builder#blankText() blank it}. A call that fails without a connection leaves
 * no file.
 *
 * <pre>{@code
 * try (Transport transport = RecordingTransport.builder(HttpClientTransport.create(), Path.of("recordings"))
 *                 .build();
 *         NeuralBox neuralBox = NeuralBox.builder().transport(transport).build()) {
 *     neuralBox.generate(GenerationRequest.of("gpt-5", "Write a haiku"));
 * }
 * }</pre>
 *
 * <p>A response is held in memory until it ends, and then written on a daemon thread: this is a tool for tests. Thread-safe.
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
     * A builder of a transport over this engine.
     *
     * @param engine carries the calls; closed together with this transport
     * @param folder the folder of the files, which are named {@code recording-1.jsonl} and so on; created if it is absent. No
     *     file in it is ever overwritten
     */
    public static Builder builder(Transport engine, Path folder) {
        return new Builder(engine, folder);
    }

    @Override
    public TransportCall start(TransportRequest request) {
        CallRecorder recorder = new CallRecorder(this, keepRequest ? request : null);
        return new RecordedCall(engine.start(recorder.watched(request)), recorder);
    }

    @Override
    public CompletableFuture<Void> warmUp(URI uri, int connections, Duration connectTimeout) {
        return engine.warmUp(uri, connections, connectTimeout);
    }

    /** The engine's name. */
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
     * @throws UncheckedIOException if one of them could not be written
     */
    @Override
    public void close() {
        try {
            engine.close();
        } finally {
            writer.shutdown();
        }
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
        try {
            writer.execute(() -> write(recording));
        } catch (RejectedExecutionException closed) {
            return;
        }
    }

    void failed(IOException why) {
        failure.compareAndSet(null, why);
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
                    // The file is of another run: the next number may be free.
                }
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Collects the settings of a transport. Not thread-safe. */
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
         * Replaces each byte of text with an x, so that sizes and times stay, but no text. In JSON, this concerns all
         * strings except types, ids, models, states, creation times and plans, and except the codes of refusals. In
         * comments, and in content that is not JSON, it concerns everything except spaces and line ends.
         */
        public Builder blankText() {
            blankText = true;
            return this;
        }

        /** Also writes the content of the request, which holds the prompt. */
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

        /** Creates the transport. Closing it closes the engine. */
        public RecordingTransport build() {
            return new RecordingTransport(this);
        }
    }
}
