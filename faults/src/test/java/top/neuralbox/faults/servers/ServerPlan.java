package top.neuralbox.faults.servers;

import java.util.List;
import java.util.Optional;

/**
 * Everything that a server will do.
 *
 * @param answers to the callers, by their numbers
 * @param opening how it opens connections of HTTP/2
 * @param tls the version of TLS
 * @param together whether the callers come at the same time, and not one after the other
 * @param flaw what is wrong with the first answer
 */
public record ServerPlan(
        List<Answer> answers, Http2Opening opening, String tls, boolean together, Optional<Flaw> flaw) {

    public static final String TLS_1_3 = "TLSv1.3";
    public static final String TLS_1_2 = "TLSv1.2";

    public ServerPlan {
        answers = List.copyOf(answers);
    }

    /** A server that answers as plainly as can be. */
    public static ServerPlan plain(List<Answer> answers) {
        return new ServerPlan(answers, Http2Opening.PLAIN, TLS_1_3, false, Optional.empty());
    }

    public Story story(int caller) {
        return new Story(caller, answers.get(caller).filler());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        flaw.ifPresent(one -> text.append("\n  broken: ").append(one));
        text.append(new Words()
                .say(!opening.equals(Http2Opening.PLAIN), "\n  connections: " + opening)
                .say(!tls.equals(TLS_1_3), "\n  " + tls)
                .say(together, "\n  callers at the same time"));
        for (int i = 0; i < answers.size(); i++) {
            text.append("\n  caller ").append(i).append(": ").append(answers.get(i));
        }
        return text.toString();
    }
}
