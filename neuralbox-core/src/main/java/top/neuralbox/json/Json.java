package top.neuralbox.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The only JSON factory of the process, set to strict RFC 8259. */
final class Json {

    /**
     * How many sets of buffers are kept for the next requests and events. By default Jackson keeps one for each thread, 16
     * KiB, and the thread that reads a stream would hold it to the end.
     */
    private static final int KEPT_BUFFERS = 16;

    /**
     * The client limits the bytes that it reads, so Jackson's own limits are switched off. Names are canonicalized but not
     * interned: the lookup of names makes reading fast, the JVM's string table does not.
     */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.newBoundedPool(KEPT_BUFFERS))
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** The field names of the usual events. A parser shares the names that the factory knows, and needs no other table. */
    private static final String KNOWN = "{\"type\":0,\"delta\":0,\"id\":0,\"model\":0,\"tokens_used\":0,"
            + "\"balance_remaining\":0,\"message\":0,\"code\":0,\"error\":0}";

    static {
        learn(KNOWN.getBytes(StandardCharsets.US_ASCII));
    }

    private Json() {}

    /** A parser that is fed with arrays and never waits; its {@code getNonBlockingInputFeeder} is a {@link ByteArrayFeeder}. */
    static JsonParser fedParser() {
        try {
            return FACTORY.createNonBlockingByteArrayParser();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonGenerator generator(OutputStream out) throws IOException {
        return FACTORY.createGenerator(out);
    }

    private static void learn(byte[] json) {
        try (JsonParser parser = FACTORY.createNonBlockingByteArrayParser()) {
            ((ByteArrayFeeder) parser.getNonBlockingInputFeeder()).feedInput(json, 0, json.length);
            while (parser.nextToken() != JsonToken.NOT_AVAILABLE) {
                // the next name
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
