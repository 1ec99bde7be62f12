package top.neuralbox.quarkus;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.Secret;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import top.neuralbox.metrics.MeterNaming;
import top.neuralbox.transport.TransportConfig;

/**
 * The properties {@code neuralbox.*}. A property that is not set leaves the default of the client's builder. {@code toString} shows
 * neither the key nor header fields nor a password.
 */
@ConfigMapping(prefix = "neuralbox")
interface NeuralBoxConfig {

    /** Key of the account. */
    Optional<Secret<String>> apiKey();

    /** Address of the service or of a gateway. */
    Optional<URI> baseUri();

    /** Whether http is allowed for a host other than this machine. */
    @WithDefault("false")
    boolean allowClearText();

    /** Name of the client in meters and thread names. */
    @WithDefault("default")
    String name();

    /** Header fields to send with each request. */
    Map<String, Secret<String>> headers();

    /** Name of the transport, if there is more than one on the class path. */
    Optional<String> transport();

    /** Most connections that are open at once. */
    OptionalInt maxConnections();

    /** Versions of HTTP that may be used. */
    Optional<List<TransportConfig.Protocol>> protocols();

    /** Name of a TLS configuration of Quarkus, {@code quarkus.tls.<name>}, with its trust store and key store. */
    Optional<String> tlsConfigurationName();

    /** Longest time in which generations may finish when the application stops. */
    @WithDefault("10s")
    Duration shutdownTimeout();

    /** HTTP proxy for all connections. */
    Proxy proxy();

    /** Time-outs of a generation. */
    TimeoutSettings timeouts();

    /** Retries of a request that was certainly not charged. */
    Retry retry();

    /** Size limits of one generation. */
    LimitSettings limits();

    /** How many generations run at the same time. */
    AdmissionSettings admission();

    /** Limits of credits and requests. */
    Budget budget();

    /** Meters, if the application has a registry. */
    Metrics metrics();

    /** Makes SmallRye Config write one, which leaves out what is a {@link Secret}. */
    @Override
    String toString();

    /** The HTTP proxy. */
    interface Proxy {

        /** Host of the proxy. */
        Optional<String> host();

        /** Port of the proxy. */
        @WithDefault("8080")
        int port();

        /** User name for the proxy. */
        Optional<String> username();

        /** Password for the proxy. */
        Optional<Secret<String>> password();

        @Override
        String toString();
    }

    /** The time-outs, as in {@link top.neuralbox.Timeouts}. */
    interface TimeoutSettings {

        /** Time until the first byte is written. */
        Optional<Duration> connect();

        /** Time from the first written byte until the response head. */
        Optional<Duration> responseHead();

        /** Time from the response head until the first event. */
        Optional<Duration> firstEvent();

        /** Time between two reads of bytes. */
        Optional<Duration> idle();

        /** Time between two events. */
        Optional<Duration> eventIdle();

        /** Time of the whole call. Zero switches it off. */
        Optional<Duration> total();
    }

    /** The retries, as in {@link top.neuralbox.RetryPolicy}. */
    interface Retry {

        /** Most retries of a request. */
        OptionalInt maxRetries();

        /** Upper bound of the first wait. */
        Optional<Duration> firstDelay();

        /** Upper bound of all waits that the service did not ask for. */
        Optional<Duration> maxDelay();

        /** Longest wait that the service may ask for. */
        Optional<Duration> maxWait();
    }

    /** The size limits, as in {@link top.neuralbox.Limits}. */
    interface LimitSettings {

        /** Longest line of an event stream. */
        Optional<MemorySize> line();

        /** Longest data of one event. */
        Optional<MemorySize> event();

        /** Longest response body of a stream. */
        Optional<MemorySize> stream();

        /** Most bytes of an error body that are read. */
        Optional<MemorySize> errorBody();

        /** Longest answer in JSON. */
        Optional<MemorySize> answer();

        /** Most text that is kept of a stream, in UTF-16 units. */
        OptionalInt keptText();
    }

    /** The admission, as in {@link top.neuralbox.Admission}. Without {@link #maxCalls} there is none. */
    interface AdmissionSettings {

        /** Most generations at the same time. Without it there is no limit. */
        OptionalInt maxCalls();

        /** Most generations of one tenant at the same time. */
        OptionalInt maxCallsPerTenant();

        /** Most generations that wait. */
        OptionalInt maxQueued();

        /** Longest time that a generation waits. */
        Optional<Duration> maxWait();

        /** Whether a generation waits while its budget is used up. */
        @WithDefault("false")
        boolean waitForBudget();
    }

    /** The budget, as in {@link top.neuralbox.budget.CreditBudget}. Without a limit there is none. */
    interface Budget {

        /** Limits of credits for the client. */
        List<CreditLimit> limits();

        /** Limits of credits for each tenant. */
        List<CreditLimit> tenantLimits();

        /** Limits of requests for the client. */
        List<RequestLimit> requestLimits();

        /** Limits of requests for each tenant. */
        List<RequestLimit> tenantRequestLimits();

        /** Threshold in credits. Budget listeners are notified when the account's balance falls below it. */
        Optional<BigDecimal> lowBalance();

        /** Whether generations are sent while the store cannot be reached. */
        @WithDefault("false")
        boolean allowWithoutStore();
    }

    /** A limit of credits. */
    interface CreditLimit {

        /** Most credits. */
        BigDecimal credits();

        /** Length of the time window. The count starts at zero in each window. */
        Duration window();
    }

    /** A limit of requests. */
    interface RequestLimit {

        /** Most requests. */
        long requests();

        /** Length of the time window. The count starts at zero in each window. */
        Duration window();
    }

    /** The meters, as in {@link top.neuralbox.metrics.NeuralBoxMetrics}. */
    interface Metrics {

        /** Whether generations are recorded on the registry. */
        @WithDefault("true")
        boolean enabled();

        /**
         * Models that are values of the tag model; any other model is counted as other. Without any there is no such tag.
         */
        Optional<List<String>> models();

        /** Whether each gap between two pieces is recorded. */
        @WithDefault("false")
        boolean deltaGaps();

        /** Names of the timers. */
        @WithDefault("neuralbox")
        MeterNaming naming();
    }
}
