package top.neuralbox.examples.quarkus;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509KeyManager;
import top.neuralbox.testkit.TestCertificates;
import top.neuralbox.testkit.local.LocalNeuralBox;
import top.neuralbox.testkit.server.Script;
import top.neuralbox.testkit.server.ScriptedServer;

/** A service whose certificate only our authority has signed, and which wants to see one of the client. */
public final class TlsService implements QuarkusTestResourceLifecycleManager {

    private static final Script BALANCE =
            Script.response(200, "{\"token_balance\": 283, \"plan\": \"starter\"}", "Content-Type: application/json");

    private ScriptedServer server;

    @Override
    public Map<String, String> start() {
        SSLParameters mutual = new SSLParameters();
        mutual.setNeedClientAuth(true);
        TestCertificates certificates = TestCertificates.shared();
        server = ScriptedServer.startTls(certificates.server(), mutual).answerAlways(BALANCE);
        X509KeyManager keys = certificates.clientKeyManager();
        String alias = keys.getClientAliases("EC", null)[0];
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "tls");
            return Map.of(
                    "neuralbox.api-key", LocalNeuralBox.apiKey(),
                    "neuralbox.base-uri", server.uri().toString(),
                    "neuralbox.tls-configuration-name", "ours",
                    "quarkus.tls.ours.trust-store.pem.certs",
                            pem(
                                    folder.resolve("authority.pem"),
                                    "CERTIFICATE",
                                    certificates.trustManager().getAcceptedIssuers()[0].getEncoded()),
                    "quarkus.tls.ours.key-store.pem.ours.cert",
                            pem(
                                    folder.resolve("client.pem"),
                                    "CERTIFICATE",
                                    keys.getCertificateChain(alias)[0].getEncoded()),
                    "quarkus.tls.ours.key-store.pem.ours.key",
                            pem(
                                    folder.resolve("client.key"),
                                    "PRIVATE KEY",
                                    keys.getPrivateKey(alias).getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void stop() {
        server.close();
    }

    private static String pem(Path file, String label, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
        return file.toAbsolutePath().toString();
    }
}
