/**
 * The sockets of both servers. Not part of the API: its types are public for other packages, but the module does not export it.
 */
@NullMarked
package top.neuralbox.testkit.socket;

import org.jspecify.annotations.NullMarked;
