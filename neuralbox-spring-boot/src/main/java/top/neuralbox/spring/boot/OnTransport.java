package top.neuralbox.spring.boot;

/** Whether a transport is chosen by name. */
final class OnTransport extends OnText {

    OnTransport() {
        super("neuralbox.transport");
    }
}
