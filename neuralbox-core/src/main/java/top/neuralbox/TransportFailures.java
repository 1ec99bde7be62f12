package top.neuralbox;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import top.neuralbox.GenerationTimeoutException.Timer;
import top.neuralbox.transport.TransportException;
import top.neuralbox.transport.TransportException.Kind;

/** Maps failures of the transport to exceptions, before the response head and after it. */
final class TransportFailures {

    /** Memory ran out, so the call could not continue, or no more precise failure could be created. Created beforehand. */
    static final Failure NO_MEMORY = facts -> facts.status() == null
            ? new ConnectionException(ConnectionException.Reason.OTHER, "no memory was left for the call", null, facts)
            : new StreamBrokenException(
                    StreamBrokenException.Kind.RESET,
                    "the stream was given up: no memory was left for it",
                    null,
                    facts);

    private TransportFailures() {}

    /** The failure of an attempt that received no response head. */
    static Failure beforeHead(Throwable error, Duration connectTimeout) {
        Throwable cause = unwrapped(error);
        String why = reason(cause);
        return facts -> switch (kind(cause)) {
            case CONNECT_TIMEOUT -> new GenerationTimeoutException(Timer.CONNECT, connectTimeout, cause, facts);
            case POOL_TIMEOUT -> connection(ConnectionException.Reason.POOL, why, cause, facts);
            case DNS -> connection(ConnectionException.Reason.DNS, why, cause, facts);
            case REFUSED -> connection(ConnectionException.Reason.REFUSED, why, cause, facts);
            case TLS -> connection(ConnectionException.Reason.TLS, why, cause, facts);
            case PROXY -> connection(ConnectionException.Reason.PROXY, why, cause, facts);
            case LOST -> connection(ConnectionException.Reason.LOST, why, cause, facts);
            case PROTOCOL ->
                new UnexpectedResponseException(UnexpectedResponseException.Reason.PROTOCOL, why, cause, facts);
            case CLOSED ->
                new GenerationCancelledException(GenerationCancelledException.Reason.TRANSPORT_CLOSED, facts);
            case CANCELLED, OTHER -> connection(ConnectionException.Reason.OTHER, why, cause, facts);
        };
    }

    /** The failure of a body that ended early. */
    static Failure inBody(@Nullable Throwable error) {
        Throwable cause =
                error == null ? new IllegalStateException("the body ended without a reason") : unwrapped(error);
        return facts -> kind(cause) == Kind.CLOSED
                ? new GenerationCancelledException(GenerationCancelledException.Reason.TRANSPORT_CLOSED, facts)
                : new StreamBrokenException(
                        StreamBrokenException.Kind.RESET,
                        (cause instanceof TransportException ? "the response broke off: " : "the stream was given up: ")
                                + reason(cause),
                        cause,
                        facts);
    }

    /** The kind of a failure that a call of the transport ended with. */
    static Kind kind(Throwable error) {
        return unwrapped(error) instanceof TransportException failure ? failure.kind() : Kind.OTHER;
    }

    private static NeuralBoxException connection(
            ConnectionException.Reason reason, String why, Throwable cause, CallFacts facts) {
        return new ConnectionException(reason, why, cause, facts);
    }

    private static String reason(Throwable cause) {
        String message = null;
        try {
            message = cause.getMessage();
        } catch (RuntimeException foreign) {
            // The exception is a transport's, and its message may be made by foreign code.
        }
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static Throwable unwrapped(Throwable error) {
        Throwable inner = error instanceof CompletionException ? error.getCause() : null;
        return inner == null ? error : inner;
    }
}
