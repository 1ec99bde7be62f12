package top.neuralbox.faults;

import java.util.Set;
import net.jqwik.api.Arbitrary;
import top.neuralbox.faults.servers.Breakage;
import top.neuralbox.faults.servers.Http2Breakage;
import top.neuralbox.faults.servers.ServerPlan;
import top.neuralbox.faults.servers.Servers;
import top.neuralbox.faults.servers.Servers.Choice;

/**
 * The points in which an engine does not follow the RFCs, each with its version. The properties of servers leave these out for
 * that engine.
 */
final class KnownLimits {

    /** The same servers in each build; a long run begins with them and goes on. */
    static final String SEED = "20261128";

    private KnownLimits() {}

    /** The legal servers that a transport is to get along with. */
    static Arbitrary<ServerPlan> legal(Carrier carrier, int callers) {
        return servers(carrier).legal(callers);
    }

    /** The illegal servers that a transport is to withstand. */
    static Arbitrary<ServerPlan> illegal(Carrier carrier, int callers) {
        return servers(carrier).illegal(callers, spared(carrier));
    }

    private static Servers servers(Carrier carrier) {
        return switch (carrier) {
            case HTTPCLIENT_HTTP_1_1 -> Servers.ofHttp1();
            // httpcore 5.4.4 fails at a type of frame that it does not know, and takes a setting of 0 for an error.
            case HTTPCLIENT_HTTP_2 -> Servers.ofHttp2(Choice.UNKNOWN_FRAMES, Choice.SETTINGS_OF_ZERO);
            // Netty 4.2.20 takes a byte beyond ASCII in a quoted chunk extension for malformed. Only a parser of chunks
            // in front of its own could take it out.
            case VERTX_HTTP_1_1 -> Servers.ofHttp1(Choice.OBSOLETE_TEXT_IN_EXTENSIONS);
            case VERTX_HTTP_2 -> Servers.ofHttp2();
        };
    }

    private static Set<? extends Breakage> spared(Carrier carrier) {
        return switch (carrier) {
            case HTTPCLIENT_HTTP_1_1, VERTX_HTTP_1_1, VERTX_HTTP_2 -> Set.of();
            // httpcore 5.4.4 drops a frame DATA whose padding is too long.
            case HTTPCLIENT_HTTP_2 -> Set.of(Http2Breakage.PADDING_TOO_LONG);
        };
    }
}
