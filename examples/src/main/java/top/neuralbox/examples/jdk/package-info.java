/**
 * A third transport, on the JDK's own HTTP client: the worked example of CONTRIBUTING.md. It keeps the contract in fewer than
 * 200 lines, except for trailer sections and for data that arrives in the same read as a fault. It is not published, because
 * its engine can do less than the engines of the two published transports.
 */
@NullMarked
package top.neuralbox.examples.jdk;

import org.jspecify.annotations.NullMarked;
