package top.neuralbox.testkit.socket;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1.1 requests from one connection (RFC 9112). Used by the connection's reader thread only. */
final class RequestReader {

    private static final int LONGEST_LINE = 64 * 1024;

    /** Tells a waiting client to send its content (RFC 9110, section 10.1.1). */
    interface Continue {
        void write() throws IOException;
    }

    private final InputStream in;
    private final long connection;
    private final Continue goOn;

    RequestReader(InputStream in, long connection, Continue goOn) {
        this.in = in;
        this.connection = connection;
        this.goOn = goOn;
    }

    /**
     * Waits for the next request and returns it.
     *
     * @return null if the client closed the connection between two requests
     * @throws ProtocolException if the bytes are not HTTP/1.1
     */
    @Nullable
    ParsedRequest next() throws IOException {
        String line = readLine();
        if (line == null) {
            return null;
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
            throw new ProtocolException("not an HTTP/1.1 request line");
        }
        Map<String, List<String>> headers = readHeaders();
        if (headers.getOrDefault("Expect", List.of()).contains("100-continue")) {
            goOn.write();
        }
        byte[] body = readBody(headers);
        return new ParsedRequest(parts[0], parts[1], parts[2], headers, body, connection);
    }

    private Map<String, List<String>> readHeaders() throws IOException {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = requireLine(); !line.isEmpty(); line = requireLine()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("not a header field");
            }
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        headers.replaceAll((name, values) -> List.copyOf(values));
        return Collections.unmodifiableMap(headers);
    }

    private byte[] readBody(Map<String, List<String>> headers) throws IOException {
        if (headers.containsKey("Transfer-Encoding")) {
            return readChunks();
        }
        List<String> length = headers.get("Content-Length");
        return length == null ? new byte[0] : readExactly(parse(length.get(0), 10));
    }

    private byte[] readChunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = readChunkSize(); size > 0; size = readChunkSize()) {
            body.writeBytes(readExactly(size));
            requireLine();
        }
        for (String trailer = requireLine(); !trailer.isEmpty(); trailer = requireLine()) {}
        return body.toByteArray();
    }

    private int readChunkSize() throws IOException {
        String line = requireLine();
        int extension = line.indexOf(';');
        return parse(extension < 0 ? line : line.substring(0, extension), 16);
    }

    private static int parse(String number, int radix) throws ProtocolException {
        try {
            return Integer.parseUnsignedInt(number.strip(), radix);
        } catch (NumberFormatException e) {
            throw new ProtocolException("not a length");
        }
    }

    private byte[] readExactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("closed inside a request");
        }
        return bytes;
    }

    private String requireLine() throws IOException {
        String line = readLine();
        if (line == null) {
            throw new EOFException("closed inside a request");
        }
        return line;
    }

    private @Nullable String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (line.size() == LONGEST_LINE) {
                throw new ProtocolException("line too long");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
