/** Lets a test name the log messages that it causes, so that a green build prints none of them. */
@NullMarked
package top.neuralbox.logs;

import org.jspecify.annotations.NullMarked;
