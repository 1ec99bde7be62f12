/** Waits with a deadline. Not part of the API: its type is public for other packages, but the module does not export it. */
@NullMarked
package top.neuralbox.testkit.concurrent;

import org.jspecify.annotations.NullMarked;
