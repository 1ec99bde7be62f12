/** A server that misbehaves byte by byte, as a {@link top.neuralbox.testkit.server.Script} says. */
@NullMarked
package top.neuralbox.testkit.server;

import org.jspecify.annotations.NullMarked;
