package top.neuralbox.faults;

import top.neuralbox.testkit.TestCertificates;

/** One set of certificates for all rows, made when first needed. */
final class Certificates {

    static final TestCertificates ALL = TestCertificates.create();

    private Certificates() {}
}
