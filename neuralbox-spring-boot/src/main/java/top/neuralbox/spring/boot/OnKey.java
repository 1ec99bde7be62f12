package top.neuralbox.spring.boot;

/** Whether there is a key. */
final class OnKey extends OnText {

    OnKey() {
        super("neuralbox.api-key");
    }
}
