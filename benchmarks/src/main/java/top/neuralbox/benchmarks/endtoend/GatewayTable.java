package top.neuralbox.benchmarks.endtoend;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import top.neuralbox.benchmarks.MarkdownTable;
import top.neuralbox.benchmarks.Options;

/** Prints what each gateway costs between the service and many readers of slow streams, three processes. */
final class GatewayTable {

    private static final int QUICK_READERS = 50;
    private static final int QUICK_EVENTS = 5;

    private final Options options;
    private final boolean quick;
    private final int port;

    GatewayTable(Options options, int port) {
        this.options = options;
        this.quick = options.has("quick");
        this.port = port;
    }

    void print() throws IOException {
        List<Gateway> all = quick ? Gateway.QUICK : List.of(Gateway.values());
        List<Gateway> wanted = options.enums("gateways", Gateway.class, all);
        List<Gateway> here = wanted.stream().filter(Gateway::isHere).toList();
        for (int readers : options.numbers("readers", List.of(quick ? QUICK_READERS : 1_000))) {
            print(readers, here);
        }
        wanted.stream().filter(gateway -> !gateway.isHere()).forEach(gateway -> {
            System.out.println();
            System.out.println("There is no row of " + gateway + ", because it is not on this machine's path.");
        });
    }

    private void print(int readers, List<Gateway> gateways) throws IOException {
        int events = options.number("events", options.size(QUICK_EVENTS, 20, 60));
        List<String> commands = quick
                ? List.of("warm 0 1000 1 0", "many " + readers + " 200000 " + events)
                : List.of(
                        "warm 0 20000 " + options.number("warmup", 10) + " 2",
                        "many 20 2000 500",
                        "many 20 2000 500",
                        "many " + readers + " 200000 " + events);
        Map<Gateway, Figures> rows = new Rounds(options.number("rounds", options.size(1, 3, 5)))
                .run(Gateway.class, gateways, gateway -> ask(gateway, commands));
        MarkdownTable table = new MarkdownTable(
                String.format(
                        "A gateway between the service and %,d readers, each with an event every 200 ms. CPU without"
                                + " the compiler",
                        readers),
                "gateway",
                "CPU us per event",
                "lowest and highest",
                "/ nginx",
                "/ webflux-events",
                "KiB of heap per reader",
                "lowest and highest",
                "KiB resident per reader",
                "lowest and highest",
                "p50 us",
                "lowest and highest",
                "p99 us",
                "lowest and highest",
                "failures");
        rows.forEach((gateway, figures) -> table.row(
                gateway,
                String.format("%.1f", figures.median(3)),
                figures.range(3, 1, 1),
                ratio(figures, rows, Gateway.NGINX),
                ratio(figures, rows, Gateway.WEBFLUX_EVENTS),
                gateway.hasHeap() ? String.format("%.1f", figures.median(1)) : "–",
                gateway.hasHeap() ? figures.range(1, 1, 1) : "–",
                String.format("%.1f", figures.median(7)),
                figures.range(7, 1, 1),
                Math.round(figures.median(4)),
                figures.range(4, 1, 0),
                Math.round(figures.median(5)),
                figures.range(5, 1, 0),
                Math.round(figures.greatest(6))));
        table.print();
    }

    private double[] ask(Gateway gateway, List<String> commands) throws IOException {
        return Child.ask(ClientProcess.class, "512m", commands, "gateway=" + gateway.name(), "port=" + port);
    }

    private static String ratio(Figures figures, Map<Gateway, Figures> rows, Gateway other) {
        return rows.containsKey(other)
                ? String.format("%.2f", figures.median(3) / rows.get(other).median(3))
                : "–";
    }
}
