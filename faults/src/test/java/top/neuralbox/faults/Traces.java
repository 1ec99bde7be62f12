package top.neuralbox.faults;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Everything that an exception would print, including its causes and its suppressed exceptions. */
final class Traces {

    private Traces() {}

    static String of(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
