package top.neuralbox.faults.servers;

import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The plan of everything that a server will do.
 *
 * @param answers the answers, by the numbers of the callers
 * @param forms the forms of the generations, by the numbers of the callers
 * @param opening how it opens HTTP/2 connections
 * @param tls the version of TLS
 * @param callers how the callers behave
 * @param flaw the fault in the first answer
 */
public record ServerPlan(
        List<HttpAnswer> answers,
        List<Form> forms,
        Http2Opening opening,
        String tls,
        Callers callers,
        Optional<Flaw> flaw) {

    public static final String TLS_1_3 = "TLSv1.3";
    public static final String TLS_1_2 = "TLSv1.2";

    public ServerPlan {
        answers = List.copyOf(answers);
        forms = List.copyOf(forms);
    }

    /** A plan that is plain except for these answers. */
    public static ServerPlan plain(List<HttpAnswer> answers) {
        return new ServerPlan(
                answers, events(answers.size()), Http2Opening.PLAIN, TLS_1_3, Callers.ONE_BY_ONE, Optional.empty());
    }

    /** The forms of this many generations, all as streams of events. */
    static List<Form> events(int callers) {
        return Collections.nCopies(callers, Form.EVENTS);
    }

    public Story story(int caller) {
        return new Story(caller, answers.get(caller).filler(), forms.get(caller));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        flaw.ifPresent(one -> text.append("\n  broken: ").append(one));
        text.append(new Words()
                .say(!opening.equals(Http2Opening.PLAIN), "\n  connections: " + opening)
                .say(!tls.equals(TLS_1_3), "\n  " + tls)
                .say(!callers.equals(Callers.ONE_BY_ONE), "\n  callers " + callers));
        for (int i = 0; i < answers.size(); i++) {
            text.append("\n  caller ").append(i).append(": ").append(answers.get(i));
            if (!forms.get(i).isEvents()) {
                text.append(", in ").append(forms.get(i));
            }
        }
        return text.toString();
    }
}
