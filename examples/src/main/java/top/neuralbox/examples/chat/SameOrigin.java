package top.neuralbox.examples.chat;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.Locale;
import top.neuralbox.examples.relay.ChatRefusal;

/**
 * Lets the page of this server ask, and programs that are no browser, but no page of another origin. It stands after
 * {@link OwnHost}, so the {@code Host} is this machine's own. JSON as content type keeps a plain form from asking.
 */
final class SameOrigin implements SecurityPolicyHandler {

    @Override
    public void handle(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (!isOwn(request)) {
            Refusals.answer(
                    routing, new ChatRefusal(403, "wrong_origin", "This endpoint answers to its own page only."));
        } else if (!isJson(request)) {
            Refusals.answer(routing, new ChatRefusal(415, "not_json", "The request has to be application/json."));
        } else {
            routing.next();
        }
    }

    private static boolean isOwn(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        String site = request.getHeader("Sec-Fetch-Site");
        return (origin == null || origin.equals("http://" + request.authority()))
                && (site == null || site.equals("same-origin"));
    }

    private static boolean isJson(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
    }
}
