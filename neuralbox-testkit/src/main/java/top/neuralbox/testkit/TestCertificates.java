package top.neuralbox.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * Certificates for tests of TLS: an authority, and the certificates that it signed. The JDK's {@code keytool} makes them anew
 * for each instance, which takes seconds. Tests that need no instance of their own use {@link #shared()}. Immutable.
 *
 * @since 0.1.0
 */
public final class TestCertificates {

    private static final char[] PASSWORD = "of-no-worth".toCharArray();
    /** Options for speed: the process is too short for a better compiler, and the password protects nothing. */
    private static final List<String> QUICKLY = List.of(
            "-J-XX:+IgnoreUnrecognizedVMOptions",
            "-J-XX:TieredStopAtLevel=1",
            "-J-XX:+UseSerialGC",
            "-J-Dkeystore.pkcs12.certPbeIterationCount=1",
            "-J-Dkeystore.pkcs12.keyPbeIterationCount=1",
            "-J-Dkeystore.pkcs12.macIterationCount=1");

    private static final String VALID = "valid";
    private static final String EXPIRED = "expired";
    private static final String WRONG_HOST = "wrong-host";
    private static final String CLIENT = "client";

    private final KeyStore store;

    /** Makes the shared instance at its first use. */
    private static final class Shared {
        static final TestCertificates INSTANCE = create();
    }

    private TestCertificates(KeyStore store) {
        this.store = store;
    }

    /** The same instance for the whole process, made at its first use. */
    public static TestCertificates shared() {
        return Shared.INSTANCE;
    }

    /** Makes an authority, three server certificates and a client certificate. */
    public static TestCertificates create() {
        try {
            Path folder = Files.createTempDirectory("neuralbox-certificates");
            try {
                Path file = folder.resolve("store.p12");
                keytool(file, "authority", "-ext", "bc:c");
                sign(file, VALID, "-ext", "san=dns:localhost,ip:127.0.0.1");
                // Signed by an authority, because a trust anchor's own dates are not checked.
                sign(file, EXPIRED, "-ext", "san=dns:localhost,ip:127.0.0.1", "-startdate", "-10d", "-validity", "1");
                sign(file, WRONG_HOST, "-ext", "san=dns:elsewhere.invalid");
                sign(file, CLIENT, "-ext", "eku=clientAuth");
                return new TestCertificates(load(file));
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot read what keytool made", e);
        }
    }

    /** A server whose certificate names localhost and 127.0.0.1 and is valid; it trusts {@link #clientKeyManager()}. */
    public SSLContext server() {
        return serverWith(VALID);
    }

    /** Holds the certificate of {@link #server()} and its key, for a server that is not made from a context. */
    public X509KeyManager serverKeyManager() {
        return keyManager(VALID);
    }

    /** A server whose certificate names the right hosts but expired days ago. */
    public SSLContext expiredServer() {
        return serverWith(EXPIRED);
    }

    /** A server whose certificate is valid but names another host. */
    public SSLContext wrongHostServer() {
        return serverWith(WRONG_HOST);
    }

    /** Trusts only the authority. */
    public X509TrustManager trustManager() {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            anchors.setCertificateEntry("authority", store.getCertificate("authority"));
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(anchors);
            return Stream.of(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Holds the client certificate and its key. */
    public X509KeyManager clientKeyManager() {
        return keyManager(CLIENT);
    }

    private SSLContext serverWith(String alias) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keyManager(alias)}, new TrustManager[] {trustManager()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509KeyManager keyManager(String alias) {
        try {
            KeyStore one = KeyStore.getInstance("PKCS12");
            one.load(null, null);
            one.setKeyEntry(alias, store.getKey(alias, PASSWORD), PASSWORD, store.getCertificateChain(alias));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(one, PASSWORD);
            return Stream.of(factory.getKeyManagers())
                    .filter(X509KeyManager.class::isInstance)
                    .map(X509KeyManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sign(Path file, String alias, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-signer");
        all.add("authority");
        keytool(file, alias, all.toArray(String[]::new));
    }

    private static void keytool(Path file, String alias, String... options) throws IOException {
        String suffix = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows") ? ".exe" : "";
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool" + suffix);
        List<String> command = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-alias", alias));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + alias));
        command.addAll(
                List.of("-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
        command.addAll(List.of(options));
        command.addAll(QUICKLY);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.Charset.defaultCharset());
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool failed: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        }
    }

    private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
