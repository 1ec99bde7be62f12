package top.neuralbox;

/** A reason to end a call. It becomes an exception when the facts of the call are known. */
@FunctionalInterface
interface Failure {

    NeuralBoxException in(CallFacts facts);
}
