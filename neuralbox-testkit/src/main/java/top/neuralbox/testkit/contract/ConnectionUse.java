package top.neuralbox.testkit.contract;

/** Whether a call travels on a new connection or on one that has served a call: engines differ in both (rule 4). */
enum ConnectionUse {
    FRESH {
        @Override
        TransportFixture prepare(TransportContract contract) {
            return TransportFixture.startWithOneConnection(contract);
        }
    },
    REUSED {
        @Override
        TransportFixture prepare(TransportContract contract) {
            TransportFixture fixture = TransportFixture.startWithOneConnection(contract);
            fixture.completeOneExchange();
            return fixture;
        }
    };

    /** A fixture whose next call travels on such a connection. */
    abstract TransportFixture prepare(TransportContract contract);
}
