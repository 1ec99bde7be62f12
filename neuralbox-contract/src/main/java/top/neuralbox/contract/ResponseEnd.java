package top.neuralbox.contract;

import top.neuralbox.testkit.Gate;
import top.neuralbox.testkit.server.Script;

/** The ways in which a response marks its end. Engines release the connection at different moments. */
enum ResponseEnd {
    LAST_CHUNK {
        @Override
        Script script(Gate last) {
            return Script.builder()
                    .eventStream()
                    .await(last)
                    .text("4\r\nlast\r\n0\r\n\r\n")
                    .build();
        }
    },
    CONTENT_LENGTH {
        @Override
        Script script(Gate last) {
            return Script.builder()
                    .head(200, "Content-Length: 4")
                    .await(last)
                    .text("last")
                    .build();
        }
    },
    REFUSAL {
        @Override
        Script script(Gate last) {
            return Script.builder()
                    .head(503, "Content-Length: 4")
                    .await(last)
                    .text("last")
                    .build();
        }
    },
    NO_CONTENT {
        @Override
        Script script(Gate last) {
            return Script.builder().await(last).head(204).build();
        }

        @Override
        boolean atHead() {
            return true;
        }
    };

    /** A response whose last bytes are sent when the gate opens. */
    abstract Script script(Gate last);

    /** Whether the response ends with its head. */
    boolean atHead() {
        return false;
    }
}
