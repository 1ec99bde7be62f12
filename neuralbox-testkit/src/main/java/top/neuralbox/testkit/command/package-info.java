/** The commands of the testkit. Not exported. */
@NullMarked
package top.neuralbox.testkit.command;

import org.jspecify.annotations.NullMarked;
