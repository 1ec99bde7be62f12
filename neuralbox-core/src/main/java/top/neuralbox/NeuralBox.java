package top.neuralbox;

/** stub */
public final class NeuralBox {
    private NeuralBox() {}
}
