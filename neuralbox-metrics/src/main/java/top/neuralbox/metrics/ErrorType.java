package top.neuralbox.metrics;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import top.neuralbox.AdmissionRefusedException;
import top.neuralbox.ApiException;
import top.neuralbox.BudgetExceededException;
import top.neuralbox.BudgetUnavailableException;
import top.neuralbox.ConnectionException;
import top.neuralbox.GenerationCancelledException;
import top.neuralbox.GenerationFailedException;
import top.neuralbox.GenerationTimeoutException;
import top.neuralbox.NeuralBoxException;
import top.neuralbox.StreamBrokenException;
import top.neuralbox.UnexpectedResponseException;

/** The values of the tag {@code error.type}. The set is closed: every error has one of them. */
enum ErrorType {
    HTTP_400("400"),
    HTTP_401("401"),
    HTTP_402("402"),
    HTTP_403("403"),
    HTTP_404("404"),
    HTTP_429("429"),
    /** Any other status from 400 to 499. */
    HTTP_4XX("_OTHER"),
    HTTP_500("500"),
    HTTP_502("502"),
    HTTP_503("503"),
    HTTP_504("504"),
    /** Any other status from 500 on. */
    HTTP_5XX("_OTHER"),
    /** An {@code error} event. */
    API_ERROR("api_error"),
    /** No TCP connection: the name does not resolve, the host or the proxy refuses. */
    CONNECT("connect"),
    TLS("tls"),
    TIMEOUT_CONNECT("timeout"),
    /** No pooled connection became free. */
    TIMEOUT_POOL("timeout"),
    TIMEOUT_HEADERS("timeout"),
    TIMEOUT_FIRST_EVENT("timeout"),
    /** No bytes. */
    TIMEOUT_IDLE("timeout"),
    /** Bytes, but no event. */
    TIMEOUT_EVENT_IDLE("timeout"),
    TIMEOUT_TOTAL("timeout"),
    /** The connection was lost, before the head or in the stream. */
    RESET("reset"),
    /** The response breaks the wire contract, HTTP, or a limit. */
    PROTOCOL("protocol"),
    REDIRECT("redirect"),
    /** An answer, but no event stream. */
    CONTENT_TYPE("content_type"),
    TRUNCATED("truncated"),
    /** The client was closed, or its transport. */
    CLIENT_CLOSED("client_closed"),
    /** A budget refused, or could not decide; nothing was sent. */
    BUDGET_EXCEEDED("budget_exceeded"),
    BUDGET_UNAVAILABLE("budget_unavailable"),
    /** The client did not admit it; nothing was sent. */
    ADMISSION_REFUSED("admission_refused"),
    OTHER("_OTHER");

    /** The errors after which a request may be sent again. All others are final. */
    static final Set<ErrorType> RESENT =
            EnumSet.of(CONNECT, TIMEOUT_CONNECT, RESET, HTTP_401, HTTP_429, HTTP_500, HTTP_503, OTHER);

    private final String openTelemetryValue;

    ErrorType(String openTelemetryValue) {
        this.openTelemetryValue = openTelemetryValue;
    }

    /**
     * The type of the error that ended a generation or an attempt.
     *
     * @return null if it completed, or if the application itself cancelled it
     */
    static @Nullable ErrorType of(@Nullable NeuralBoxException error) {
        if (error instanceof ApiException refusal) {
            return ofStatus(refusal.status());
        } else if (error instanceof GenerationFailedException) {
            return API_ERROR;
        } else if (error instanceof ConnectionException connection) {
            return ofConnection(connection.reason());
        } else if (error instanceof GenerationTimeoutException timeout) {
            return ofTimer(timeout.timer());
        } else if (error instanceof StreamBrokenException broken) {
            return ofStream(broken.kind());
        } else if (error instanceof UnexpectedResponseException unexpected) {
            return ofResponse(unexpected.reason());
        } else if (error instanceof GenerationCancelledException cancelled) {
            return switch (cancelled.reason()) {
                case CLIENT_CLOSED, TRANSPORT_CLOSED -> CLIENT_CLOSED;
                case CALLER, INTERRUPTED, ABANDONED -> null;
            };
        }
        return error == null ? null : ofRefusal(error);
    }

    /** The value of the tag. */
    String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value in the style of OpenTelemetry's {@code error.type}. */
    String openTelemetryValue() {
        return openTelemetryValue;
    }

    private static ErrorType ofRefusal(NeuralBoxException error) {
        if (error instanceof BudgetExceededException) {
            return BUDGET_EXCEEDED;
        } else if (error instanceof AdmissionRefusedException) {
            return ADMISSION_REFUSED;
        }
        return error instanceof BudgetUnavailableException ? BUDGET_UNAVAILABLE : OTHER;
    }

    private static ErrorType ofStatus(@Nullable Integer status) {
        if (status == null) {
            // The key supplier failed, or returned something that is not a key.
            return OTHER;
        }
        return switch (status) {
            case 400 -> HTTP_400;
            case 401 -> HTTP_401;
            case 402 -> HTTP_402;
            case 403 -> HTTP_403;
            case 404 -> HTTP_404;
            case 429 -> HTTP_429;
            case 500 -> HTTP_500;
            case 502 -> HTTP_502;
            case 503 -> HTTP_503;
            case 504 -> HTTP_504;
            default -> status < 500 ? HTTP_4XX : HTTP_5XX;
        };
    }

    private static ErrorType ofConnection(ConnectionException.Reason reason) {
        return switch (reason) {
            case DNS, REFUSED, PROXY -> CONNECT;
            case TLS -> TLS;
            case POOL -> TIMEOUT_POOL;
            case LOST -> RESET;
            case OTHER -> OTHER;
        };
    }

    private static ErrorType ofTimer(GenerationTimeoutException.Timer timer) {
        return switch (timer) {
            case CONNECT -> TIMEOUT_CONNECT;
            case RESPONSE_HEAD -> TIMEOUT_HEADERS;
            case FIRST_EVENT -> TIMEOUT_FIRST_EVENT;
            case IDLE -> TIMEOUT_IDLE;
            case EVENT_IDLE -> TIMEOUT_EVENT_IDLE;
            case TOTAL -> TIMEOUT_TOTAL;
        };
    }

    private static ErrorType ofStream(StreamBrokenException.Kind kind) {
        return switch (kind) {
            case TRUNCATED -> TRUNCATED;
            case RESET -> RESET;
            case MALFORMED, LIMIT -> PROTOCOL;
        };
    }

    private static ErrorType ofResponse(UnexpectedResponseException.Reason reason) {
        return switch (reason) {
            case REDIRECT -> REDIRECT;
            case CONTENT_TYPE, NOT_A_STREAM -> CONTENT_TYPE;
            case CONTENT_ENCODING, EMPTY, CONTENT, PROTOCOL -> PROTOCOL;
        };
    }
}
