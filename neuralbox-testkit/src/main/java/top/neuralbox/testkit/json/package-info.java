/** JSON as plain values. Not part of the API: its type is public for other packages, but the module does not export it. */
@NullMarked
package top.neuralbox.testkit.json;

import org.jspecify.annotations.NullMarked;
