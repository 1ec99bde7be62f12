package top.neuralbox.transport.vertx;

import java.io.Serial;
import top.neuralbox.transport.ExchangeFailures;
import top.neuralbox.transport.TransportException;

/** A fault in the head of a response that the engine would accept. */
enum HeadFault {
    TOO_LONG,
    TOO_MANY_INTERIM,
    SWITCHED_PROTOCOLS,
    /** Over HTTP/2: no final response can follow (RFC 9113, section 8.1). */
    INTERIM_ENDS,
    /** The engine accepts a status code with any number of digits (Netty 4.2). */
    STATUS_CODE;

    /** An exception that carries the fault through the engine to its call. */
    Found found() {
        return new Found(this);
    }

    /** Carries a fault. The call has the sentence. */
    static final class Found extends RuntimeException {

        @Serial
        private static final long serialVersionUID = 1;

        private final HeadFault fault;

        private Found(HeadFault fault) {
            super(fault.name(), null, false, false);
            this.fault = fault;
        }

        TransportException failure(ExchangeFailures failures) {
            return switch (fault) {
                case TOO_LONG -> failures.headTooLong();
                case TOO_MANY_INTERIM -> failures.tooManyInterim();
                case SWITCHED_PROTOCOLS -> failures.switchedProtocols();
                case INTERIM_ENDS -> failures.protocol("an interim response ended the stream");
                case STATUS_CODE -> failures.protocol("the status code does not have three digits");
            };
        }
    }
}
