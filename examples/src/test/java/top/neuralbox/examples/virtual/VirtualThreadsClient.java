package top.neuralbox.examples.virtual;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import top.neuralbox.GenerationRequest;
import top.neuralbox.GenerationStream;
import top.neuralbox.NeuralBox;
import top.neuralbox.Timeouts;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.transport.Transport;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.httpclient.HttpClientTransport;
import top.neuralbox.transport.vertx.VertxTransport;

/**
 * Reads many streams at once, each on a virtual thread that waits, and says whether one of them held on to its carrier. A
 * process of its own: client and server together would need more open files than a process gets.
 */
final class VirtualThreadsClient {

    private static final String PINNED = "jdk.VirtualThreadPinned";

    private final NeuralBox neuralBox;
    private final AtomicLong pieces = new AtomicLong();

    private VirtualThreadsClient(NeuralBox neuralBox) {
        this.neuralBox = neuralBox;
    }

    /** Arguments: the service, the transport, how many streams. Prints what {@link VirtualThreadsTest} compares. */
    public static void main(String[] arguments) throws Exception {
        int streams = Integer.parseInt(arguments[2]);
        TransportConfig config =
                TransportConfig.builder().maxConnections(streams).build();
        try (Transport transport = arguments[1].equals("vertx")
                        ? VertxTransport.create(config)
                        : HttpClientTransport.create(config);
                NeuralBox neuralBox = NeuralBox.builder()
                        .baseUri(URI.create(arguments[0]))
                        .apiKey(LocalNeuralBox.apiKey())
                        .transport(transport)
                        .timeouts(Timeouts.builder()
                                .connect(Duration.ofMinutes(1))
                                .build())
                        .build()) {
            // Classes that are initialized for the first time hold carriers too; that is not what is asked here.
            VirtualThreadsClient client = new VirtualThreadsClient(neuralBox);
            client.read();
            client.run(streams);
        }
    }

    private void run(int streams) throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable(PINNED).withThreshold(Duration.ZERO).withStackTrace();
            recording.start();
            pieces.set(0);
            readAll(streams);
            System.out.println("pieces " + pieces);
            List<RecordedEvent> pinned = pinned(recording);
            pinned.stream().limit(5).forEach(System.err::println);
            System.out.println("pinned " + pinned.size());
        }
        try (Recording control = new Recording()) {
            control.enable(PINNED).withThreshold(Duration.ZERO);
            control.start();
            virtualThreads().submit(HoldsItsCarrier::touch).get();
            System.out.println("control " + pinned(control).size());
        }
    }

    private void readAll(int streams) throws Exception {
        ExecutorService threads = virtualThreads();
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            readers.add(threads.submit(this::read));
        }
        for (Future<?> reader : readers) {
            reader.get(2, TimeUnit.MINUTES);
        }
        threads.shutdown();
    }

    private void read() {
        try (GenerationStream stream = neuralBox.stream(GenerationRequest.of("gpt-5", "Write a haiku"))) {
            for (String piece : stream.textDeltas()) {
                pieces.addAndGet(piece.isEmpty() ? 0 : 1);
            }
        }
    }

    private static List<RecordedEvent> pinned(Recording recording) throws IOException {
        recording.stop();
        Path file = Files.createTempFile("pinned", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> !loadsClass(event))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    /** Whether the thread waited for another one to load a class. That happens once for each class, with any library. */
    private static boolean loadsClass(RecordedEvent event) {
        return event.getStackTrace() != null
                && event.getStackTrace().getFrames().stream()
                        .anyMatch(frame -> frame.getMethod().getType().getName().startsWith("jdk.internal.loader."));
    }

    /** What Java 17, for which this is compiled, does not know. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    /** Waits while the JVM initializes it, which holds the carrier up to Java 25: the recording must see that. */
    private static final class HoldsItsCarrier {

        static {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }

        static void touch() {}
    }
}
