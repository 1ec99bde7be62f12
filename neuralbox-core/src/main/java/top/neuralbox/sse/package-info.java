/**
 * The grammar of event streams: bytes to events and back, by the HTML standard, sections 9.2.5 and 9.2.6.
 */
@NullMarked
package top.neuralbox.sse;

import org.jspecify.annotations.NullMarked;
