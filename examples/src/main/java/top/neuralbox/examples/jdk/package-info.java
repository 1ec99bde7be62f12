/**
 * A third transport, on the JDK's own HTTP client: the worked example of CONTRIBUTING.md. It keeps the contract in less than
 * 200 lines, except for trailer sections and what comes with a fault. It is not published: its engine offers less than those
 * of the two that are.
 */
@NullMarked
package top.neuralbox.examples.jdk;

import org.jspecify.annotations.NullMarked;
