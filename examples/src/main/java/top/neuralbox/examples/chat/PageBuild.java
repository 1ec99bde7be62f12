package top.neuralbox.examples.chat;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Builds the chat page with the Node found on the machine, in the build folder, so that the sources stay as they are.
 * It is built again when a source is newer than what was built.
 */
final class PageBuild {

    /** The page cannot be built; the message is a sentence for the person at the console. */
    static final class PageBuildException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        PageBuildException(String message) {
            super(message);
        }
    }

    private static final Version OLDEST_NODE = Version.parse("20.19");
    private static final boolean WINDOWS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");

    private final Path sources;
    private final Path workshop;
    private final String node;
    private final PrintStream out;

    /**
     * @param module the folder of this module
     * @param node the command that starts Node
     * @param out is told that it will take some time, if it will
     */
    PageBuild(Path module, String node, PrintStream out) {
        this.sources = module.resolve("src/main/frontend");
        this.workshop = module.resolve("target/frontend");
        this.node = node;
        this.out = out;
    }

    /**
     * Builds the page if need be.
     *
     * @return the folder to serve
     * @throws PageBuildException if there is no Node, or the build fails
     */
    Path build() {
        Path page = workshop.resolve("dist");
        try {
            if (!isUpToDate(page.resolve("index.html"))) {
                copySources();
                requireNode();
                out.println("Building the chat page with npm, which fetches React and its tools the first time.");
                npm("ci");
                npm("run", "build");
            }
            return page;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isUpToDate(Path built) throws IOException {
        if (!Files.exists(built)) {
            return false;
        }
        FileTime time = Files.getLastModifiedTime(built);
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.getLastModifiedTime(file).compareTo(time) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private void requireNode() throws IOException {
        String wanted = "The chat page is built with Node.js " + OLDEST_NODE + " or newer and its npm, and ";
        String version;
        try {
            version = output(node, "--version");
        } catch (IOException notFound) {
            throw new PageBuildException(wanted + "there is none on the PATH.");
        }
        if (Version.parse(version.strip().replaceFirst("^v", "")).compareTo(OLDEST_NODE) < 0) {
            throw new PageBuildException(wanted + "the one on the PATH is " + version + ".");
        }
    }

    private void copySources() throws IOException {
        Files.createDirectories(workshop);
        Files.walkFileTree(sources, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(workshop.resolve(sources.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, workshop.resolve(sources.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void npm(String... arguments) throws IOException {
        List<String> command = Stream.concat(Stream.of(WINDOWS ? "npm.cmd" : "npm"), Stream.of(arguments))
                .toList();
        Path log = workshop.resolve("npm.log");
        int status;
        try {
            status = wait(process(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start());
        } catch (IOException notFound) {
            throw new PageBuildException("The chat page is built with npm, and there is none on the PATH.");
        }
        if (status != 0) {
            throw new PageBuildException(
                    String.join(" ", command) + " failed with status " + status + "; see " + log + ".");
        }
    }

    private String output(String... command) throws IOException {
        Process process = process(List.of(command)).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        wait(process);
        return output.strip();
    }

    private ProcessBuilder process(List<String> command) {
        return new ProcessBuilder(command).directory(workshop.toFile());
    }

    private static int wait(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new IOException("interrupted while building the page", e);
        }
    }
}
