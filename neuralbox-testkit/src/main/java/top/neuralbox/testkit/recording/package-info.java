/** Records the answers of a real service, with their times, in files that a scripted server can play again. */
@NullMarked
package top.neuralbox.testkit.recording;

import org.jspecify.annotations.NullMarked;
