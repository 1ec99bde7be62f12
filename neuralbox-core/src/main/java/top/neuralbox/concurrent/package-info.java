/**
 * Threads, timers and turns, which decide when the work of a call runs, and on which thread. No part of the API: the module
 * does not export this package.
 */
@NullMarked
package top.neuralbox.concurrent;

import org.jspecify.annotations.NullMarked;
