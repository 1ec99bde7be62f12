/**
 * Ports, proxies and threads of the machine, for the contracts and for the tests in {@code faults}. Not part of the API: the
 * types are public for these two, but the module does not export the package.
 */
@NullMarked
package top.neuralbox.contract.host;

import org.jspecify.annotations.NullMarked;
