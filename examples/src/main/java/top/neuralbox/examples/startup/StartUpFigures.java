package top.neuralbox.examples.startup;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import top.neuralbox.testkit.local.LocalNeuralBox;

/**
 * Prints how long a fresh process takes to its first token: on each transport, with and without an archive of classes, cold and
 * warmed up. On Java 25 and later the archive is an AOT cache, before that a class-data archive.
 */
final class StartUpFigures {

    private static final int AOT = 25;
    private static final int PATIENCE_SECONDS = 60;

    private final Path folder;
    private final LocalNeuralBox service;
    private final String classPath;

    private StartUpFigures(Path folder, LocalNeuralBox service) throws IOException {
        this.folder = folder;
        this.service = service;
        this.classPath = jars(System.getProperty("java.class.path"));
    }

    /** Takes no arguments. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("neuralbox-start-up");
        try (LocalNeuralBox service = LocalNeuralBox.start()) {
            new StartUpFigures(folder, service).print(System.out);
        } finally {
            delete(folder);
        }
    }

    private void print(PrintStream out) throws IOException, InterruptedException {
        out.println("Java " + Runtime.version().feature()
                + ": milliseconds from the call to the first token, and in brackets"
                + " from the start of the process");
        out.printf(
                Locale.ROOT, "%-12s %-16s %-16s %-16s %-16s%n", "", "cold", "warm", "archive, cold", "archive, warm");
        for (String transport : new String[] {"httpclient", "vertx"}) {
            Path archive = folder.resolve(transport + ".archive");
            String cold = run(transport, "cold");
            String warm = run(transport, "warm");
            String making = run(transport, "warm", making(archive));
            out.printf(
                    Locale.ROOT,
                    "%-12s %-16s %-16s %-16s %-16s%n",
                    transport,
                    cold,
                    warm,
                    Files.exists(archive) ? run(transport, "cold", using(archive)) : "none: " + making,
                    Files.exists(archive) ? run(transport, "warm", using(archive)) : "none");
        }
    }

    private static String making(Path archive) {
        return (Runtime.version().feature() >= AOT ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive;
    }

    private static String using(Path archive) {
        return (Runtime.version().feature() >= AOT ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive;
    }

    private String run(String transport, String start, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-Dneuralbox.transport=" + transport, "-cp", classPath, FirstToken.class.getName()));
        command.addAll(List.of(service.uri().toString(), LocalNeuralBox.apiKey(), start));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return "no end";
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        // The JDK prints lines of its own while it writes an archive.
        return printed.lines()
                .filter(line -> line.matches("\\d+ \\d+"))
                .map(line -> line.replaceFirst(" (\\d+)", " ($1)"))
                .findFirst()
                .orElse("failed: " + printed);
    }

    /** The class path with each folder as an archive of its own, because neither kind of archive takes folders. */
    private String jars(String path) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator, -1)) {
            Path place = Path.of(entry);
            entries.add(Files.isDirectory(place) ? jar(place, entries.size()).toString() : entry);
        }
        return String.join(File.pathSeparator, entries);
    }

    private Path jar(Path classes, int number) throws IOException {
        Path jar = folder.resolve("classes-" + number + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new ZipEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((one, other) -> other.compareTo(one)).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
