/**
 * Runs the stress tests, and what they share. The tests stand in the packages of the classes that they test, whose hidden
 * classes they name: they run on the class path, where a package may have two homes.
 */
@NullMarked
package top.neuralbox.stress;

import org.jspecify.annotations.NullMarked;
