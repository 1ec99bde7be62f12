package top.neuralbox.faults;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.X509KeyManager;
import top.neuralbox.testkit.TestCertificates;

/** The certificates of all rows. */
final class Certificates {

    static final TestCertificates ALL = TestCertificates.shared();

    private Certificates() {}

    /** The key and the certificates of a server whose names are those of this machine, as other programs read them. */
    static String serverPem() {
        X509KeyManager keys = ALL.serverKeyManager();
        String alias = keys.getServerAliases("EC", null)[0];
        StringBuilder pem = new StringBuilder();
        append(pem, "PRIVATE KEY", keys.getPrivateKey(alias).getEncoded());
        try {
            for (X509Certificate certificate : keys.getCertificateChain(alias)) {
                append(pem, "CERTIFICATE", certificate.getEncoded());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return pem.toString();
    }

    private static void append(StringBuilder pem, String what, byte[] bytes) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        pem.append("-----BEGIN ").append(what).append("-----\n");
        pem.append(lines.encodeToString(bytes)).append('\n');
        pem.append("-----END ").append(what).append("-----\n");
    }
}
