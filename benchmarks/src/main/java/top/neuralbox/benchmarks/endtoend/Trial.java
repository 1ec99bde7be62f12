package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import top.neuralbox.benchmarks.Options;

/**
 * Asks fresh processes for figures. Each figure of a subject comes from several processes, because one process may have compiled
 * its code better than the next.
 */
final class Trial {

    private final Wire wire;
    private final int port;
    private final String heap;
    private final Rounds rounds;

    Trial(Options options, Wire wire, int port, String heap, int rounds) {
        this.wire = wire;
        this.port = port;
        this.heap = heap;
        this.rounds = new Rounds(options.number("rounds", rounds));
    }

    /** The figures that the last of these commands has. */
    Map<Subject, Figures> run(List<Subject> subjects, Commands commands) throws IOException {
        return rounds.run(Subject.class, subjects, subject -> ask(subject, commands.of(subject)));
    }

    private double[] ask(Subject subject, List<String> commands) throws IOException {
        return Child.ask(
                ClientProcess.class,
                heap,
                commands,
                "subject=" + subject.name(),
                "wire=" + wire.name(),
                "port=" + port);
    }

    /** What a process of this subject is asked for. */
    @FunctionalInterface
    interface Commands {
        List<String> of(Subject subject);
    }
}
