package top.neuralbox.contract;

/** Whether a call uses a new connection or one that has served a call. Engines treat the two differently (rule 4). */
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

    /** A fixture whose next call uses such a connection. */
    abstract TransportFixture prepare(TransportContract contract);
}
