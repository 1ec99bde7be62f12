package top.neuralbox.faults.servers;

import java.util.Collection;
import java.util.StringJoiner;

/** Describes choices in plain words. It leaves out choices that the plain server makes too. */
final class Words {

    private final StringJoiner all = new StringJoiner(", ");
    private boolean empty = true;

    Words say(boolean condition, String what) {
        if (condition) {
            all.add(what);
            empty = false;
        }
        return this;
    }

    Words list(String what, Collection<?> things) {
        return say(!things.isEmpty(), what + " " + things);
    }

    @Override
    public String toString() {
        return empty ? "plain" : all.toString();
    }
}
