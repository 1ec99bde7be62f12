/**
 * JSON objects, read and written strictly by RFC 8259. The only package that knows Jackson. No part of the API: the module
 * does not export this package.
 */
@NullMarked
package top.neuralbox.json;

import org.jspecify.annotations.NullMarked;
