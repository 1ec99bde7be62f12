/**
 * The command that runs the stress tests, and the code that they share. Each test is in the package of the class that it tests,
 * because that class may be package-private. This works because the tests run on the class path, where two modules may share a
 * package.
 */
@NullMarked
package top.neuralbox.stress;

import org.jspecify.annotations.NullMarked;
