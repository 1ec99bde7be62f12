/**
 * What the contracts and the tests of faults need of the machine: ports, proxies, threads. Public for these two. It is not
 * exported, and no API.
 */
@NullMarked
package top.neuralbox.contract.host;

import org.jspecify.annotations.NullMarked;
