package top.neuralbox.contract;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import top.neuralbox.testkit.TestCertificates;

/**
 * A server socket on 127.0.0.1 with the certificate of {@link TestCertificates#shared()}, for servers that end TLS and leave
 * TCP open. A TLS socket of the JDK ends both.
 */
final class TlsServerSocket extends ServerSocket {

    private static final int BACKLOG = 50;

    TlsServerSocket() throws IOException {
        super(0, BACKLOG, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    }

    /**
     * Waits for a client.
     *
     * @param application the protocol that ALPN must choose
     * @param version the version of TLS; null for the newest
     */
    Accepted accept(String application, @Nullable String version) throws IOException {
        Tcp tcp = new Tcp();
        implAccept(tcp);
        // Otherwise each frame would wait until the client acknowledges the frame before.
        tcp.setTcpNoDelay(true);
        SSLSocket tls = (SSLSocket)
                TestCertificates.shared().server().getSocketFactory().createSocket(tcp, null, tcp.getPort(), false);
        tls.setUseClientMode(false);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {application});
        if (version != null) {
            parameters.setProtocols(new String[] {version});
        }
        tls.setSSLParameters(parameters);
        return new Accepted(tcp, tls);
    }

    /** The server's side of one connection. One thread reads. Only one thread at a time writes. */
    static final class Accepted implements AutoCloseable {

        private final Tcp tcp;
        private final SSLSocket tls;

        private Accepted(Tcp tcp, SSLSocket tls) {
            this.tcp = tcp;
            this.tls = tls;
        }

        InputStream in() throws IOException {
            return tls.getInputStream();
        }

        void write(byte[] bytes) throws IOException {
            tls.getOutputStream().write(bytes);
        }

        /** Sends bytes and the end of TLS, which the client gets in one read. TCP stays open. */
        void writeAndEndTls(byte[] bytes) throws IOException {
            tcp.hold();
            write(bytes);
            tls.shutdownOutput();
            tcp.release();
        }

        /** Waits until the client closes TCP. For the thread that reads. */
        void awaitEndOfTcp() throws IOException {
            tcp.getInputStream().transferTo(OutputStream.nullOutputStream());
        }

        @Override
        public void close() throws IOException {
            tcp.close();
        }
    }

    /** Keeps the bytes that are written between {@link #hold} and {@link #release}, so that they leave together. */
    private static final class Tcp extends Socket {

        private @Nullable ByteArrayOutputStream kept;

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new Output(super.getOutputStream());
        }

        void hold() {
            kept = new ByteArrayOutputStream();
        }

        void release() throws IOException {
            ByteArrayOutputStream all = kept;
            kept = null;
            if (all != null) {
                super.getOutputStream().write(all.toByteArray());
            }
        }

        private final class Output extends FilterOutputStream {

            Output(OutputStream out) {
                super(out);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteArrayOutputStream waiting = kept;
                (waiting == null ? out : waiting).write(bytes, offset, length);
            }
        }
    }
}
