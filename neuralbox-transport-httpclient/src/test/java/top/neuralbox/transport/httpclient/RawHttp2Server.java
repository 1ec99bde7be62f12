package top.neuralbox.transport.httpclient;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import top.neuralbox.testkit.TestCertificates;

/** A server over TLS on 127.0.0.1 that writes frame by frame what it is told, to each connection, and then closes it. */
final class RawHttp2Server implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int END_HEADERS = 4;
    static final byte[] SETTINGS = frame(4, 0, 0);

    private static final int PREFACE = 24;

    /** What it does with a connection after the handshake. */
    interface FrameScript {
        void run(DataInputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket listener;

    private RawHttp2Server(ServerSocket listener) {
        this.listener = listener;
    }

    static RawHttp2Server start(TestCertificates certificates, FrameScript script) throws IOException {
        ServerSocket listener = certificates
                .server()
                .getServerSocketFactory()
                .createServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            serve((SSLSocket) listener.accept(), script);
                        }
                    } catch (IOException closed) {
                        // The test is over.
                    }
                },
                "raw-http2");
        thread.setDaemon(true);
        thread.start();
        return new RawHttp2Server(listener);
    }

    URI uri(String path) {
        return URI.create("https://127.0.0.1:" + listener.getLocalPort() + path);
    }

    /** Reads the preface, and frames up to the first with header fields. */
    static void awaitRequest(DataInputStream in) throws IOException {
        in.readNBytes(PREFACE);
        int type;
        do {
            int lengthAndType = in.readInt();
            type = lengthAndType & 0xff;
            in.readNBytes(5 + (lengthAndType >>> 8));
        } while (type != HEADERS);
    }

    /** A frame (RFC 9113, section 4.1). */
    static byte[] frame(int type, int flags, int stream, int... payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[8] = (byte) stream;
        for (int i = 0; i < payload.length; i++) {
            frame[9 + i] = (byte) payload[i];
        }
        return frame;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private static void serve(SSLSocket socket, FrameScript script) {
        try (socket) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            script.run(new DataInputStream(socket.getInputStream()), socket.getOutputStream());
        } catch (IOException closed) {
            // The client was faster.
        }
    }
}
