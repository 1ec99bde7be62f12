package top.neuralbox.contract;

import java.nio.ByteBuffer;
import top.neuralbox.testkit.RecordingSubscriber;
import top.neuralbox.transport.TransportCall;
import top.neuralbox.transport.TransportResponse;

/** The three ways in which a caller cancels an exchange. */
enum CancelWay {
    CALL {
        @Override
        void cancel(TransportCall call, TransportResponse response, RecordingSubscriber<ByteBuffer> body) {
            call.cancel();
        }
    },
    RESPONSE {
        @Override
        void cancel(TransportCall call, TransportResponse response, RecordingSubscriber<ByteBuffer> body) {
            response.close();
        }
    },
    SUBSCRIPTION {
        @Override
        void cancel(TransportCall call, TransportResponse response, RecordingSubscriber<ByteBuffer> body) {
            body.cancel();
        }
    };

    abstract void cancel(TransportCall call, TransportResponse response, RecordingSubscriber<ByteBuffer> body);
}
