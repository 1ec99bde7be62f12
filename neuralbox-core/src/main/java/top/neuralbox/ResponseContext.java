package top.neuralbox;

import org.jspecify.annotations.Nullable;

/**
 * The facts of a response that a decoder of its body needs.
 *
 * @param rateLimits the rate limits that its head reports
 * @param requestId the service's id of the request; null if the head has none
 * @param headers its header fields
 * @param redaction removes the key, which the service or a gateway may have echoed
 */
record ResponseContext(
        RateLimits rateLimits, @Nullable String requestId, ResponseHeaders headers, Redaction redaction) {}
