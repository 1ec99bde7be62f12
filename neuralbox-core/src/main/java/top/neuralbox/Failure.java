package top.neuralbox;

/** A reason to end a call, which becomes an exception once the facts of the call are known. */
@FunctionalInterface
interface Failure {

    NeuralBoxException in(CallFacts facts);
}
