package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import top.neuralbox.benchmarks.Options;

/**
 * Asks fresh processes for figures. Each figure of a subject comes from several processes, because one process may have compiled
 * its code better than the next. The order of the subjects is another one in each round.
 */
final class Trial {

    private final Wire wire;
    private final int port;
    private final int rounds;

    Trial(Options options, Wire wire, int port, int rounds) {
        this.wire = wire;
        this.port = port;
        this.rounds = options.number("rounds", rounds);
    }

    /** The figures that the last of these commands has. */
    Map<Subject, Figures> run(List<Subject> subjects, Commands commands) throws IOException {
        Map<Subject, Figures> rows = new EnumMap<>(Subject.class);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                Subject subject = subjects.get((i + round) % subjects.size());
                rows.computeIfAbsent(subject, s -> new Figures()).add(ask(subject, commands.of(subject)));
            }
        }
        return rows;
    }

    private double[] ask(Subject subject, List<String> commands) throws IOException {
        try (Child client = Child.start(
                ClientProcess.class, "2g", "subject=" + subject.name(), "wire=" + wire.name(), "port=" + port)) {
            double[] figures = {};
            for (String command : commands) {
                figures = client.ask(command);
            }
            return figures;
        } catch (IOException e) {
            throw new IOException(subject + ": " + commands, e);
        }
    }

    /** What a process of this subject is asked for. */
    @FunctionalInterface
    interface Commands {
        List<String> of(Subject subject);
    }
}
