/**
 * Tests of eight bytes at a time, and UTF-8. No part of the API: the module does not export this package.
 */
@NullMarked
package top.neuralbox.bytes;

import org.jspecify.annotations.NullMarked;
