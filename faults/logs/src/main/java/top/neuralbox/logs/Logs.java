package top.neuralbox.logs;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Names the messages that a test, or the tests of a class together, make any logger of the process log. They are kept from the
 * console, and the test fails if one of them is not logged. All other messages are printed as ever, so a new one is seen.
 *
 * <p>A logger of any framework counts whose records come to {@code java.util.logging}.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ExpectedLogs.class)
public @interface Logs {

    /** Texts, each of which is in one message at least. */
    String[] value() default {};

    /** Texts of messages that depend on how threads meet: they are kept from the console, and may be missing. */
    String[] perhaps() default {};
}
