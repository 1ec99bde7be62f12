/**
 * The grammar of event streams: parses bytes into events and writes events as bytes, according to the HTML standard, sections
 * 9.2.5 and 9.2.6.
 */
@NullMarked
package top.neuralbox.sse;

import org.jspecify.annotations.NullMarked;
