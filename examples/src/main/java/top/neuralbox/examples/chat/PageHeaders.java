package top.neuralbox.examples.chat;

import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.util.Map;

/**
 * Sets on each response what a browser must not do with it. The page loads its own files and nothing else, has no inline
 * script or style, and makes no HTML from a string outside of DOMPurify. No other page may frame it, open it as its own
 * window, or load its files.
 */
final class PageHeaders implements SecurityPolicyHandler {

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                            + " require-trusted-types-for 'script'; trusted-types dompurify",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
            "Referrer-Policy", "no-referrer",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY");

    @Override
    public void handle(RoutingContext routing) {
        HEADERS.forEach(routing.response()::putHeader);
        routing.next();
    }
}
