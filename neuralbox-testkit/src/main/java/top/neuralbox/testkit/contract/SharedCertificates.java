package top.neuralbox.testkit.contract;

import top.neuralbox.testkit.TestCertificates;

/** One set of certificates for all tests of a process, made when first needed. */
final class SharedCertificates {

    static final TestCertificates INSTANCE = TestCertificates.create();

    private SharedCertificates() {}
}
