package top.neuralbox.contract;

/** One test, run for each phase, way and connection. */
interface CancelTest {
    void run(TransportFixture fixture, BodyPhase phase, CancelWay way);
}
