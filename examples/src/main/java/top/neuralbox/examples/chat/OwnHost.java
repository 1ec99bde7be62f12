package top.neuralbox.examples.chat;

import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.Set;
import top.neuralbox.examples.relay.ChatRefusal;

/**
 * Answers under this machine's own names only. A page of another site can make its own name point to this machine, and is
 * then of the same origin as this server for the browser (DNS rebinding). The {@code Host} that the browser sends still has
 * that name.
 */
final class OwnHost implements SecurityPolicyHandler {

    private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost");

    @Override
    public void handle(RoutingContext routing) {
        HostAndPort authority = routing.request().authority();
        if (authority == null || !OWN_NAMES.contains(authority.host())) {
            Refusals.answer(
                    routing,
                    new ChatRefusal(403, "wrong_host", "This server answers as 127.0.0.1 and as localhost only."));
        } else {
            routing.next();
        }
    }
}
