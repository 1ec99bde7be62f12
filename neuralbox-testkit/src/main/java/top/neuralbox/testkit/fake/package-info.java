/** A transport in memory, without sockets and threads. */
@NullMarked
package top.neuralbox.testkit.fake;

import org.jspecify.annotations.NullMarked;
