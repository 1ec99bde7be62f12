package top.neuralbox.benchmarks.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import top.neuralbox.benchmarks.Options;

/** Runs one gateway, prints its port, and answers what it has used, until its input ends. */
final class GatewayProcess {

    private GatewayProcess() {}

    public static void main(String[] args) throws Exception {
        Options options = Options.of(args);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (RunningGateway gateway =
                Gateway.valueOf(options.text("gateway", "")).start(options.number("port", 0))) {
            System.out.println(gateway.port());
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                System.out.println("= " + figure(gateway.meter(), line));
            }
        }
        System.exit(0);
    }

    private static long figure(Meter meter, String question) {
        return switch (question) {
            case ChildMeter.CPU -> meter.cpuNanos();
            case ChildMeter.COMPILER -> meter.compilerNanos();
            case ChildMeter.THREADS -> meter.threads();
            case ChildMeter.HEAP -> meter.usedHeap();
            case ChildMeter.RESIDENT -> meter.resident();
            case ChildMeter.ALLOCATED -> meter.allocated();
            default -> throw new IllegalArgumentException(question);
        };
    }
}
