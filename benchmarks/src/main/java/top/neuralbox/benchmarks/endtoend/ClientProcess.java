package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import top.neuralbox.benchmarks.Options;

/**
 * Runs the trials of one subject, or of a gateway in a process of its own, as it is told on its input, line by line, and answers
 * with a line of figures.
 */
public final class ClientProcess {

    private ClientProcess() {}

    public static void main(String[] args) throws Exception {
        Options options = Options.of(args);
        int port = options.number("port", 0);
        if (options.has("gateway")) {
            try (Child gateway =
                    Child.start(GatewayProcess.class, "1g", "gateway=" + options.text("gateway", ""), "port=" + port)) {
                int gatewayPort = Integer.parseInt(gateway.line());
                answer(Trials.through(gatewayPort, new ChildMeter(gateway), port));
            }
        } else {
            Subject subject = Subject.valueOf(options.text("subject", ""));
            answer(new Trials(subject, Wire.valueOf(options.text("wire", Wire.CLEAR.name())), port));
        }
        // Some clients keep threads that nobody can end.
        System.exit(0);
    }

    private static void answer(Trials trials) throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (trials) {
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                System.out.println("= " + run(trials, line.split(" ", -1)));
            }
        }
    }

    private static String run(Trials trials, String[] command) throws Exception {
        int first = Integer.parseInt(command[1]);
        int second = Integer.parseInt(command[2]);
        switch (command[0]) {
            case "warm" -> {
                return String.valueOf(
                        trials.warm(first, second, Integer.parseInt(command[3]), Integer.parseInt(command[4])));
            }
            case "flat", "flood" -> {
                int streams = Integer.parseInt(command[3]);
                Trials.Flat flat = command[0].equals("flat")
                        ? trials.flat(first, second, streams, Integer.parseInt(command[4]))
                        : trials.flood(first, second, streams);
                return flat.perSecond() + " " + flat.perCpuSecond() + " " + flat.bytesEach();
            }
            case "paced" -> {
                Trials.Latency latency = trials.paced(first, second);
                return latency.p50() + " " + latency.p99();
            }
            case "many" -> {
                Trials.Many many = trials.many(first, second, Integer.parseInt(command[3]));
                return many.threads() + " " + many.heapKiB() + " " + many.cpuSecondsToOpen() + " "
                        + many.cpuMicrosPerEvent() + " " + many.p50() + " " + many.p99() + " " + many.failures() + " "
                        + many.residentKiB();
            }
            default -> throw new IllegalArgumentException(command[0]);
        }
    }
}
