/** For tests of applications, with the testkit. */
@NullMarked
package top.neuralbox.spring.boot.test;

import org.jspecify.annotations.NullMarked;
