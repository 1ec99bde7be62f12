/** What tests say they make others log, so that a green build shows none of it. */
@NullMarked
package top.neuralbox.logs;

import org.jspecify.annotations.NullMarked;
