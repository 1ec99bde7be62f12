/**
 * The contract of the transport SPI as JUnit 5 tests: interfaces with default methods, one for each topic. The test class of a
 * transport implements the interfaces whose rules it must keep, and the one method that {@linkplain
 * top.neuralbox.contract.TransportContract#transport creates the transport}. Each test names the rule of {@link
 * top.neuralbox.transport} that it proves.
 *
 * <pre>{@code
 * class MyTransportTest implements TransportStreamingContract, TransportCancellationContract {
 *     public Transport transport(TransportConfig config) {
 *         return new MyTransport(config);
 *     }
 * }
 * }</pre>
 *
 * <p>{@link top.neuralbox.contract.BudgetStoreContract} is the same for a store of credit budgets.
 *
 * <p>The tests of transports run over real sockets, need JUnit Jupiter and AssertJ, and speak HTTP/1.1; those
 * of {@link top.neuralbox.contract.TransportHttp2StreamContract}, {@link
 * top.neuralbox.contract.TransportHttp2HeadContract}, {@link
 * top.neuralbox.contract.TransportHttp2IsolationContract}, {@link
 * top.neuralbox.contract.TransportHttp2TlsEndContract}, {@link
 * top.neuralbox.contract.TransportHttp2GoAwayContract} and {@link
 * top.neuralbox.contract.TransportHttp2WarmUpContract} speak HTTP/2. The two contracts of warm-ups are for transports that
 * implement {@link top.neuralbox.transport.Transport#warmUp}.
 */
@NullMarked
package top.neuralbox.contract;

import org.jspecify.annotations.NullMarked;
