import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Tells what Maven Central would refuse of a staged repository: {@code java .ci/CentralRequirements.java FOLDER VERSION}.
 *
 * <p>The requirements are those of https://central.sonatype.org/publish/requirements/, save that signatures are verified by
 * the caller, and some of our own: what is published, a module descriptor or a module name, an SBOM for each artifact, and the
 * licence and the notice in each jar.
 */
public final class CentralRequirements {

    private static final String GROUP = "top.neuralbox";

    private static final String BOM = "neuralbox-bom";

    private final Path group;
    private final String version;
    private final List<String> refusals = new ArrayList<>();

    private CentralRequirements(Path staging, String version) {
        this.group = staging.resolve(GROUP.replace('.', '/'));
        this.version = version;
    }

    public static void main(String[] args) throws Exception {
        CentralRequirements requirements = new CentralRequirements(Path.of(args[0]), args[1]);
        requirements.check();
        requirements.refusals.forEach(System.err::println);
        System.out.println(names(requirements.group).size() + " artifacts staged, " + requirements.refusals.size() + " refusals");
        System.exit(requirements.refusals.isEmpty() ? 0 : 1);
    }

    private void check() throws Exception {
        demand(!version.endsWith("-SNAPSHOT"), "the version is a snapshot: " + version);
        Set<String> staged = names(group);
        Set<String> published = managed();
        published.add(BOM);
        demand(staged.equals(published), "staged is " + staged + ", the BOM and what it manages is " + published);
        for (String artifact : staged) {
            Path folder = group.resolve(artifact).resolve(version);
            demand(Files.isDirectory(folder), artifact + " is not staged at " + version);
            if (Files.isDirectory(folder)) {
                checkArtifact(artifact, folder);
            }
        }
    }

    private void checkArtifact(String artifact, Path folder) throws Exception {
        String stem = artifact + "-" + version;
        Element project = pom(artifact);
        checkPom(artifact, project);
        demand(Files.exists(folder.resolve(stem + "-cyclonedx.json")), artifact + " has no SBOM");
        if (!"pom".equals(text(project, "packaging"))) {
            Path jar = folder.resolve(stem + ".jar");
            // A framework whose jars share packages allows no descriptor. The module has a name all the same.
            boolean named = hasModuleName(jar);
            checkJar(jar, named ? "META-INF/MANIFEST.MF" : "module-info.class", "META-INF/LICENSE", "META-INF/NOTICE");
            checkJar(
                    folder.resolve(stem + "-sources.jar"),
                    named ? "META-INF/MANIFEST.MF" : "module-info.java",
                    "META-INF/LICENSE",
                    "META-INF/NOTICE");
            checkJar(folder.resolve(stem + "-javadoc.jar"), "index.html");
        }
        for (String file : names(folder)) {
            if (!Set.of("asc", "md5", "sha1").contains(file.substring(file.lastIndexOf('.') + 1))) {
                checkDigest(folder.resolve(file), "MD5", ".md5");
                checkDigest(folder.resolve(file), "SHA-1", ".sha1");
            }
        }
    }

    private static boolean hasModuleName(Path jar) throws IOException {
        if (!Files.exists(jar)) {
            return false;
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue("Automatic-Module-Name") != null;
        }
    }

    private void checkPom(String artifact, Element project) {
        demand(GROUP.equals(text(project, "groupId")), artifact + " has another group");
        demand(artifact.equals(text(project, "artifactId")), artifact + " names itself differently");
        demand(version.equals(text(project, "version")), artifact + " has no version of its own");
        for (String element : List.of(
                "name",
                "description",
                "url",
                "licenses/license/name",
                "licenses/license/url",
                "developers/developer/name",
                "scm/connection",
                "scm/developerConnection",
                "scm/url",
                "issueManagement/url")) {
            String value = text(project, element);
            demand(value != null && !value.isBlank() && !value.contains("${"), artifact + " lacks " + element);
        }
        for (String element : List.of("parent", "repositories", "pluginRepositories", "profiles")) {
            demand(child(project, element) == null, artifact + " has " + element);
        }
        // The BOM's own version may be said so; it is resolved where the BOM is imported.
        String whole = project.getTextContent().replace("${project.version}", version);
        demand(!whole.contains("SNAPSHOT") && !whole.contains("${"), artifact + " has an open or snapshot version");
    }

    /** What the BOM manages; all of it has to be ours. */
    private Set<String> managed() throws Exception {
        Set<String> artifacts = new TreeSet<>();
        for (Element dependency : children(child(child(pom(BOM), "dependencyManagement"), "dependencies"))) {
            String artifact = text(dependency, "artifactId");
            demand(GROUP.equals(text(dependency, "groupId")), "the BOM manages somebody else's " + artifact);
            artifacts.add(artifact);
        }
        return artifacts;
    }

    private Element pom(String artifact) throws Exception {
        Path file = group.resolve(artifact).resolve(version).resolve(artifact + "-" + version + ".pom");
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getDocumentElement();
    }

    private void checkJar(Path jar, String... expected) throws IOException {
        if (!Files.exists(jar)) {
            refusals.add(jar.getFileName() + " is missing");
            return;
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (String entry : expected) {
                demand(zip.getEntry(entry) != null, jar.getFileName() + " has no " + entry);
            }
        }
    }

    private void checkDigest(Path file, String algorithm, String suffix) throws Exception {
        Path digest = file.resolveSibling(file.getFileName() + suffix);
        if (!Files.exists(digest)) {
            refusals.add(file.getFileName() + " has no " + suffix);
            return;
        }
        byte[] found = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
        String told = Files.readString(digest, StandardCharsets.US_ASCII).strip();
        demand(HexFormat.of().formatHex(found).equals(told), file.getFileName() + " has another " + suffix);
    }

    private void demand(boolean met, String otherwise) {
        if (!met) {
            refusals.add(otherwise);
        }
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    private static String text(Element from, String path) {
        Element at = from;
        for (String name : path.split("/")) {
            at = at == null ? null : child(at, name);
        }
        return at == null ? null : at.getTextContent();
    }

    private static Element child(Element parent, String name) {
        return children(parent).stream()
                .filter(element -> element.getTagName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static List<Element> children(Element parent) {
        List<Element> elements = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                elements.add(element);
            }
        }
        return elements;
    }
}
