package top.neuralbox.spring.boot;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import top.neuralbox.transport.TransportConfig;

/**
 * The properties {@code neuralbox.*}. A property that is not set leaves the default of the client's builder. {@code toString} shows
 * neither the key nor header fields nor a password.
 *
 * @param enabled Whether a client is made.
 * @param apiKey Key of the account.
 * @param baseUri Address of the service or of a gateway.
 * @param allowClearText Whether http is allowed for a host other than this machine.
 * @param name Name of the client in meters and thread names.
 * @param headers Header fields to send with each request.
 * @param transport Name of the transport, if there is more than one on the class path.
 * @param maxConnections Most connections that are open at once.
 * @param protocols Versions of HTTP that may be used.
 * @param sslBundle Name of the SSL bundle with the trusted certificates, and with the client's certificate if the bundle has
 *     a key store.
 * @param shutdownTimeout Longest time in which generations may finish when the application stops. The default fits into Boot's
 *     own time-out for a phase.
 * @param proxy HTTP proxy for all connections.
 * @param timeouts Time-outs of a generation.
 * @param retry Retries of a request that was certainly not charged.
 * @param limits Size limits of one generation.
 * @param admission How many generations run at the same time.
 * @param budget Limits of credits and requests.
 */
@ConfigurationProperties("neuralbox")
record NeuralBoxProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String apiKey,
        @Nullable String baseUri,
        @DefaultValue("false") boolean allowClearText,
        @DefaultValue("default") String name,
        @DefaultValue Map<String, String> headers,
        @Nullable String transport,
        @Nullable Integer maxConnections,
        @DefaultValue List<TransportConfig.Protocol> protocols,
        @Nullable String sslBundle,
        @Nullable Duration shutdownTimeout,
        @DefaultValue Proxy proxy,
        @DefaultValue TimeoutSettings timeouts,
        @DefaultValue Retry retry,
        @DefaultValue LimitSettings limits,
        @DefaultValue AdmissionSettings admission,
        @DefaultValue Budget budget) {

    NeuralBoxProperties {
        sslBundle = textOrNull(sslBundle);
    }

    /** An environment variable that is not set, but has an empty default, arrives as an empty text. */
    private static @Nullable String textOrNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    /**
     * The HTTP proxy.
     *
     * @param host Host of the proxy.
     * @param port Port of the proxy.
     * @param username User name for the proxy.
     * @param password Password for the proxy.
     */
    record Proxy(
            @Nullable String host,
            @DefaultValue("8080") int port,
            @Nullable String username,
            @Nullable String password) {

        Proxy {
            host = textOrNull(host);
            username = textOrNull(username);
            password = textOrNull(password);
        }

        @Override
        public String toString() {
            return "Proxy[host=" + host + ", port=" + port + "]";
        }
    }

    /**
     * The time-outs, as in {@link top.neuralbox.Timeouts}.
     *
     * @param connect Time until the first byte is written.
     * @param responseHead Time from the first written byte until the response head.
     * @param firstEvent Time from the response head until the first event.
     * @param idle Time between two reads of bytes.
     * @param eventIdle Time between two events.
     * @param total Time of the whole call. Zero switches it off.
     */
    record TimeoutSettings(
            @Nullable Duration connect,
            @Nullable Duration responseHead,
            @Nullable Duration firstEvent,
            @Nullable Duration idle,
            @Nullable Duration eventIdle,
            @Nullable Duration total) {}

    /**
     * The retries, as in {@link top.neuralbox.RetryPolicy}.
     *
     * @param maxRetries Most retries of a request.
     * @param firstDelay Upper bound of the first wait.
     * @param maxDelay Upper bound of all waits that the service did not ask for.
     * @param maxWait Longest wait that the service may ask for.
     */
    record Retry(
            @Nullable Integer maxRetries,
            @Nullable Duration firstDelay,
            @Nullable Duration maxDelay,
            @Nullable Duration maxWait) {}

    /**
     * The size limits, as in {@link top.neuralbox.Limits}.
     *
     * @param line Longest line of an event stream.
     * @param event Longest data of one event.
     * @param stream Longest response body of a stream.
     * @param errorBody Most bytes of an error body that are read.
     * @param answer Longest answer in JSON.
     * @param keptText Most text that is kept of a stream, in UTF-16 units.
     */
    record LimitSettings(
            @Nullable DataSize line,
            @Nullable DataSize event,
            @Nullable DataSize stream,
            @Nullable DataSize errorBody,
            @Nullable DataSize answer,
            @Nullable Integer keptText) {}

    /**
     * The admission, as in {@link top.neuralbox.Admission}. Without {@code maxCalls} there is none.
     *
     * @param maxCalls Most generations at the same time. Without it there is no limit.
     * @param maxCallsPerTenant Most generations of one tenant at the same time.
     * @param maxQueued Most generations that wait.
     * @param maxWait Longest time that a generation waits.
     * @param waitForBudget Whether a generation waits while its budget is used up.
     */
    record AdmissionSettings(
            @Nullable Integer maxCalls,
            @Nullable Integer maxCallsPerTenant,
            @Nullable Integer maxQueued,
            @Nullable Duration maxWait,
            @DefaultValue("false") boolean waitForBudget) {}

    /**
     * The budget, as in {@link top.neuralbox.budget.CreditBudget}. Without a limit there is none.
     *
     * @param limits Limits of credits for the client.
     * @param tenantLimits Limits of credits for each tenant.
     * @param requestLimits Limits of requests for the client.
     * @param tenantRequestLimits Limits of requests for each tenant.
     * @param lowBalance Threshold in credits. Budget listeners are notified when the account's balance falls below it.
     * @param allowWithoutStore Whether generations are sent while the store cannot be reached.
     */
    record Budget(
            @DefaultValue List<CreditLimit> limits,
            @DefaultValue List<CreditLimit> tenantLimits,
            @DefaultValue List<RequestLimit> requestLimits,
            @DefaultValue List<RequestLimit> tenantRequestLimits,
            @Nullable BigDecimal lowBalance,
            @DefaultValue("false") boolean allowWithoutStore) {

        boolean isEmpty() {
            return limits.isEmpty()
                    && tenantLimits.isEmpty()
                    && requestLimits.isEmpty()
                    && tenantRequestLimits.isEmpty();
        }
    }

    /**
     * A limit of credits.
     *
     * @param credits Most credits.
     * @param window Length of the time window. The count starts at zero in each window.
     */
    record CreditLimit(BigDecimal credits, Duration window) {}

    /**
     * A limit of requests.
     *
     * @param requests Most requests.
     * @param window Length of the time window. The count starts at zero in each window.
     */
    record RequestLimit(long requests, Duration window) {}

    @Override
    public String toString() {
        return "NeuralBoxProperties[name=" + name + ", baseUri=" + baseUri + ", transport=" + transport + ", apiKey="
                + (apiKey == null ? "none" : "******") + "]";
    }
}
