/** The commands of the testkit. Not part of the API: the module does not export it. */
@NullMarked
package top.neuralbox.testkit.command;

import org.jspecify.annotations.NullMarked;
