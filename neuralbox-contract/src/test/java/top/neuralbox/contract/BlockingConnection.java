package top.neuralbox.contract;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import top.neuralbox.transport.TransportConfig;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;
import top.neuralbox.transport.TransportRequest;

/** A connection of {@link BlockingTransport}, and HTTP/1.1 on it. */
final class BlockingConnection {

    record Head(int status, Map<String, List<String>> headers) {
        String first(String name) {
            return headers.containsKey(name) ? headers.get(name).get(0) : null;
        }
    }

    private final Socket raw;
    private final Socket socket;
    private final InputStream in;
    private long left;
    private boolean chunked;
    private boolean untilClose;

    private BlockingConnection(Socket raw, Socket socket) throws IOException {
        this.raw = raw;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    static BlockingConnection open(URI uri, TransportConfig config, long deadline, Consumer<Socket> opening)
            throws IOException {
        boolean tls = uri.getScheme().equals("https");
        InetAddress address;
        try {
            address = InetAddress.getByName(uri.getHost());
        } catch (UnknownHostException e) {
            throw new TransportException(Kind.DNS, "unknown host", e);
        }
        Socket raw = new Socket();
        opening.accept(raw);
        try {
            raw.setTcpNoDelay(true);
            int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
            raw.connect(new InetSocketAddress(address, port), millisUntil(deadline));
            raw.setSoTimeout(millisUntil(deadline));
            Socket socket = tls ? handshake(raw, uri.getHost(), port, config) : raw;
            raw.setSoTimeout(0);
            return new BlockingConnection(raw, socket);
        } catch (SocketTimeoutException e) {
            raw.close();
            throw new TransportException(Kind.CONNECT_TIMEOUT, "not connected in time", e);
        } catch (SSLException e) {
            raw.close();
            throw new TransportException(Kind.TLS, "the handshake failed", e);
        } catch (IOException e) {
            raw.close();
            throw new TransportException(Kind.REFUSED, "no connection", e);
        }
    }

    void write(TransportRequest request) throws IOException {
        URI uri = request.uri();
        StringBuilder head = new StringBuilder(request.method()).append(' ');
        head.append(uri.getRawPath().isEmpty() ? "/" : uri.getRawPath());
        head.append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()).append(" HTTP/1.1\r\n");
        head.append("Host: ").append(uri.getRawAuthority()).append("\r\n");
        request.headers()
                .forEach((name, values) -> values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n")));
        if (request.body().length > 0 || !request.method().equals("GET")) {
            head.append("Content-Length: ").append(request.body().length).append("\r\n");
        }
        head.append("\r\n");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(request.body());
        socket.getOutputStream().write(all.toByteArray());
        socket.getOutputStream().flush();
    }

    Head readHead() throws IOException {
        Head head = readOneHead();
        while (head.status() / 100 == 1) {
            head = readOneHead();
        }
        chunked = head.first("Transfer-Encoding") != null;
        String length = head.first("Content-Length");
        if (head.headers().getOrDefault("Content-Length", List.of()).size() > (chunked ? 0 : 1)) {
            throw new TransportException(Kind.PROTOCOL, "the response says in two ways where it ends", null);
        }
        boolean none = head.status() == 204 || head.status() == 304;
        untilClose = !none && !chunked && length == null;
        left = none || length == null ? 0 : number(length, 10);
        if (chunked) {
            left = -1;
        }
        return head;
    }

    /** The next bytes of the body, null at its end. */
    byte[] readSome() throws IOException {
        if (chunked && left <= 0 && !nextChunk()) {
            return null;
        }
        if (!untilClose && left == 0) {
            return null;
        }
        byte[] buffer = new byte[(int) (untilClose ? 8192 : Math.min(8192, left))];
        int count = in.read(buffer);
        if (count < 0) {
            if (untilClose) {
                return null;
            }
            throw new EOFException("closed inside the content");
        }
        left -= untilClose ? 0 : count;
        return java.util.Arrays.copyOf(buffer, count);
    }

    boolean isReusable() {
        return !untilClose;
    }

    void close() {
        try {
            raw.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private boolean nextChunk() throws IOException {
        if (left == 0) {
            line();
        }
        left = number(line().split(";")[0].strip(), 16);
        if (left < 0) {
            throw new TransportException(Kind.PROTOCOL, "a chunk of negative size", null);
        }
        if (left > 0) {
            return true;
        }
        while (!line().isEmpty()) {}
        return false;
    }

    private Head readOneHead() throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.\\d \\d{3}( .*)?")) {
            throw new TransportException(Kind.PROTOCOL, "not HTTP", null);
        }
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int count = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (++count > 200) {
                throw new TransportException(Kind.PROTOCOL, "too many header fields", null);
            }
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return new Head(Integer.parseInt(status.substring(9, 12)), headers);
    }

    /** Does not quote what is none. */
    private static long number(String digits, int radix) {
        try {
            return Long.parseLong(digits, radix);
        } catch (NumberFormatException e) {
            throw new TransportException(Kind.PROTOCOL, "not a number", null);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed inside a line");
            }
            line.append((char) b);
        }
        if (line.length() > 0 && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }

    private static Socket handshake(Socket raw, String host, int port, TransportConfig config) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    config.keyManager() == null ? null : new KeyManager[] {config.keyManager()},
                    config.trustManager() == null ? null : new TrustManager[] {config.trustManager()},
                    null);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            // A server that refuses the client's certificate may have closed before the client has written all of its
            // part.
            throw new SSLException(e);
        }
    }

    private static int millisUntil(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("no time left");
        }
        return (int) millis;
    }
}
