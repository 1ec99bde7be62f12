package top.neuralbox.faults.servers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import top.neuralbox.faults.servers.Http2Opening.Setting;

/**
 * Generates servers. The first of each list of choices is that of the plain server, and shrinking ends there. About half of all
 * choices are plain, so that a failure usually comes from few of them.
 */
public final class Servers {

    private static final int UNDER_WAY = 2;

    /** A client may treat more empty DATA frames as an attack (RFC 9113, section 10.5). Netty does so from three on. */
    private static final int MOST_EMPTY = 2;

    private static final int PER_MILLE = 1_000;

    /** About the time that the rest of a response takes from the server to the caller. */
    private static final int MOST_MICROS = 2_000;

    private static final Setting NO_WINDOW = new Setting(Setting.INITIAL_WINDOW_SIZE, 0);

    private static final String[] EXTENSIONS = {
        "",
        ";a",
        ";name=value",
        ";a=1;b=2;c",
        ";quoted=\"a;b=c\"",
        ";quoted=\"a \\\" b \\\\ c\"",
        ";quoted=\"\"",
        ";quoted=\"a\tb é\"",
        " ; spaced = value",
        "\t;\tspaced\t=\t\"a\"",
        ";!#$%&'*+-.^_`|~=0",
        ";long=" + "x".repeat(300)
    };

    /** Legal choices that can be left out, because an engine is known not to accept them. */
    public enum Choice {
        /** Frames of types that RFC 9113 does not define. */
        UNKNOWN_FRAMES,
        /** A MAX_CONCURRENT_STREAMS or INITIAL_WINDOW_SIZE of 0. */
        SETTINGS_OF_ZERO,
        /** Bytes beyond ASCII in quoted strings of chunk extensions. */
        OBSOLETE_TEXT_IN_EXTENSIONS
    }

    private final boolean http2;
    private final Set<Choice> without;

    private Servers(boolean http2, Set<Choice> without) {
        this.http2 = http2;
        this.without = Set.copyOf(without);
    }

    /** Servers that speak HTTP/1.1. */
    public static Servers ofHttp1(Choice... without) {
        return new Servers(false, Set.of(without));
    }

    /** Servers that speak HTTP/2. */
    public static Servers ofHttp2(Choice... without) {
        return new Servers(true, Set.of(without));
    }

    /** Servers that obey the rules, for this many callers. */
    public Arbitrary<ServerPlan> legal(int callers) {
        return Combinators.combine(
                        answers(callers),
                        forms().list().ofSize(callers),
                        opening(),
                        tls(),
                        callers(),
                        Arbitraries.of(0, 1))
                .as((answers, forms, opening, tls, how, left) -> new ServerPlan(
                        how.firstCancels() ? pausing(suiting(answers, how), left) : suiting(answers, how),
                        how.firstCancels() ? streamingFirst(forms) : forms,
                        opening,
                        tls,
                        how,
                        Optional.empty()));
    }

    /**
     * Servers that break one rule in the answer to the first of this many callers.
     *
     * @param spared the rules that none of them breaks
     */
    public Arbitrary<ServerPlan> illegal(int callers, Set<? extends Breakage> spared) {
        List<Breakage> breakages = new ArrayList<>(List.of(http2 ? Http2Breakage.values() : Http1Breakage.values()));
        breakages.removeAll(spared);
        Arbitrary<Flaw> flaws = Combinators.combine(
                        Arbitraries.of(breakages),
                        Arbitraries.integers().between(0, PER_MILLE - 1),
                        Arbitraries.of(Flaw.After.values()))
                .as(Flaw::new);
        return Combinators.combine(answers(callers), opening(), tls(), flaws)
                .as((answers, opening, tls, flaw) -> new ServerPlan(
                        keeping(suiting(answers, Callers.TOGETHER), flaw),
                        ServerPlan.events(callers),
                        opening,
                        tls,
                        Callers.TOGETHER,
                        Optional.of(flaw)));
    }

    private List<HttpAnswer> suiting(List<HttpAnswer> answers, Callers callers) {
        return answers.stream().map(answer -> suiting(answer, callers)).toList();
    }

    private HttpAnswer suiting(HttpAnswer answer, Callers callers) {
        // A close without a notice may meet the next request, which is not sent again.
        return callers.together() && answer instanceof Http1Answer http1 ? http1.withoutSilentClose() : answer;
    }

    /** The first answer pauses when this many of its events are left, so that the rest ends it at once. */
    private static List<HttpAnswer> pausing(List<HttpAnswer> answers, int left) {
        List<HttpAnswer> all = new ArrayList<>(answers);
        HttpAnswer first = answers.get(0);
        all.set(0, first.stalledAfter(new Story(0, first.filler(), Form.EVENTS).events() - left));
        return all;
    }

    private static List<Form> streamingFirst(List<Form> forms) {
        List<Form> all = new ArrayList<>(forms);
        all.set(0, Form.EVENTS);
        return all;
    }

    /** Only the broken call ends its connection. */
    private static List<HttpAnswer> keeping(List<HttpAnswer> answers, Flaw flaw) {
        List<HttpAnswer> all = new ArrayList<>();
        for (HttpAnswer answer : answers) {
            if (answer instanceof Http2Answer http2) {
                all.add(http2.kept());
            } else if (all.isEmpty()) {
                all.add(((Http1Breakage) flaw.breakage()).prepare((Http1Answer) answer));
            } else {
                all.add(answer);
            }
        }
        // The other caller's response is under way when the fault comes.
        all.set(1, all.get(1).stalledAfter(UNDER_WAY));
        return all;
    }

    private Arbitrary<List<HttpAnswer>> answers(int callers) {
        Arbitrary<HttpAnswer> one = http2 ? http2().map(answer -> answer) : http1().map(answer -> answer);
        return one.list().ofSize(callers);
    }

    private Arbitrary<Http1Answer> http1() {
        var heads = Combinators.combine(
                        interims(),
                        seldom(false, Arbitraries.just(true)),
                        Arbitraries.of("OK", "", "Okay then", "é \t!"),
                        headBytes(),
                        fields(),
                        Arbitraries.of(Field.Kind.class),
                        Arbitraries.of(Http1Answer.Names.class))
                .as(Tuple::of);
        return Combinators.combine(
                        fillers(),
                        heads,
                        Arbitraries.of(" ", "", "\t", " \t  "),
                        Arbitraries.of("", "", " ", "\t "),
                        framings(),
                        Arbitraries.of(Http1Answer.Between.class),
                        cuts(),
                        stalls())
                .as((filler, head, before, after, framing, between, cuts, stall) -> new Http1Answer(
                        filler,
                        head.get1(),
                        head.get2(),
                        head.get3(),
                        head.get4(),
                        head.get5(),
                        head.get6(),
                        head.get7(),
                        before,
                        after,
                        framing,
                        between,
                        cuts,
                        stall));
    }

    private Arbitrary<Http1Answer.Framing> framings() {
        Arbitrary<Http1Answer.Framing> chunks = Combinators.combine(
                        sizes(1, 200),
                        seldom(List.of(), extensions().list().ofMinSize(1).ofMaxSize(3)),
                        seldom(0, Arbitraries.integers().between(1, 8)),
                        Arbitraries.of(false, true),
                        Arbitraries.of("chunked", "Chunked", "CHUNKED"),
                        seldom("", extensions()),
                        seldom(0, Arbitraries.integers().between(1, 5)))
                .as(Http1Answer.Chunks::new);
        return Arbitraries.frequencyOf(
                Tuple.of(5, chunks),
                Tuple.of(1, Arbitraries.just(new Http1Answer.Length())),
                Tuple.of(1, Arbitraries.just(new Http1Answer.UntilClose())));
    }

    private Arbitrary<String> extensions() {
        return Arbitraries.of(EXTENSIONS)
                .filter(extension -> isIn(Choice.OBSOLETE_TEXT_IN_EXTENSIONS)
                        || extension.chars().allMatch(one -> one < 0x80));
    }

    private Arbitrary<Http2Answer> http2() {
        var heads = Combinators.combine(
                        interims(),
                        headBytes(),
                        fields(),
                        Arbitraries.of(Field.Kind.class),
                        Arbitraries.of(HeaderBlock.Style.class),
                        sizes(0, 100),
                        seldom(-1, Arbitraries.integers().between(0, 255)),
                        seldom(List.<Integer>of(), Arbitraries.of(List.of(0), List.of(100), List.of(0, 4_096))))
                .as(Tuple::of);
        var bodies = Combinators.combine(
                        Arbitraries.of(false, true),
                        dataSizes(),
                        seldom(
                                List.of(),
                                Arbitraries.of(-1, 0, 1, 20, 255)
                                        .list()
                                        .ofMinSize(1)
                                        .ofMaxSize(3)),
                        Arbitraries.of(Http2Answer.End.class),
                        seldom(List.of(), noises()),
                        Arbitraries.frequency(
                                Tuple.of(3, Http2Answer.Between.KEEP),
                                Tuple.of(1, Http2Answer.Between.GO_AWAY_BEFORE_THE_END),
                                Tuple.of(1, Http2Answer.Between.GO_AWAY_AFTER_THE_END),
                                Tuple.of(1, Http2Answer.Between.CLOSE)))
                .as(Tuple::of);
        return Combinators.combine(
                        fillers(),
                        heads,
                        Arbitraries.of(false, true),
                        bodies,
                        cuts(),
                        Arbitraries.of(false, true),
                        stalls())
                .as((filler, head, prioritised, body, cuts, joined, stall) -> new Http2Answer(
                        filler,
                        head.get1(),
                        head.get2(),
                        head.get3(),
                        head.get4(),
                        head.get5(),
                        head.get6(),
                        head.get7(),
                        prioritised,
                        head.get8(),
                        body.get1(),
                        body.get2(),
                        body.get3(),
                        body.get4(),
                        body.get5(),
                        body.get6(),
                        cuts,
                        joined,
                        stall));
    }

    private Arbitrary<List<Noise>> noises() {
        return Combinators.combine(
                        Arbitraries.of(Noise.Kind.class),
                        Arbitraries.integers().between(0, PER_MILLE - 1),
                        Arbitraries.integers().between(0, 1_000_000))
                .as(Noise::new)
                .filter(noise -> isIn(Choice.UNKNOWN_FRAMES) || !noise.isUnknownFrame())
                .filter(noise -> isIn(Choice.SETTINGS_OF_ZERO) || !noise.isSettingOfZero())
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    private Arbitrary<Http2Opening> opening() {
        if (!http2) {
            return Arbitraries.just(Http2Opening.PLAIN);
        }
        Arbitrary<Setting> settings = Arbitraries.of(
                new Setting(Setting.MAX_CONCURRENT_STREAMS, 100),
                new Setting(Setting.MAX_CONCURRENT_STREAMS, 1),
                new Setting(Setting.HEADER_TABLE_SIZE, 0),
                new Setting(Setting.HEADER_TABLE_SIZE, 100),
                new Setting(Setting.HEADER_TABLE_SIZE, 65_536),
                new Setting(Setting.ENABLE_PUSH, 0),
                NO_WINDOW,
                new Setting(Setting.INITIAL_WINDOW_SIZE, 1),
                new Setting(Setting.INITIAL_WINDOW_SIZE, 1 << 24),
                new Setting(Setting.MAX_FRAME_SIZE, 16_384),
                new Setting(Setting.MAX_FRAME_SIZE, (1 << 24) - 1),
                new Setting(Setting.MAX_HEADER_LIST_SIZE, 16_384),
                new Setting(0x08, 1),
                new Setting(0xFFFF, -1));
        Arbitrary<Setting> some =
                settings.filter(setting -> isIn(Choice.SETTINGS_OF_ZERO) || !setting.equals(NO_WINDOW));
        return Combinators.combine(
                        seldom(List.of(), some.list().ofMinSize(1).ofMaxSize(4)),
                        Arbitraries.of(false, true),
                        Arbitraries.of(65_535, 1, 1_000))
                .as(Http2Opening::new);
    }

    private static Arbitrary<Form> forms() {
        Arbitrary<Form> one = Combinators.combine(
                        Arbitraries.of(Form.Spelling.SYNCHRONOUS, Form.Spelling.POLLED),
                        Arbitraries.of("", "\"error\": null, ", "\"error\": \"\", ", "\"error\": \"a remark\", "))
                .as(Form::new);
        return Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.just(Form.EVENTS)), Tuple.of(1, one));
    }

    private static Arbitrary<Callers> callers() {
        Arbitrary<Callers> cancelling = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.integers().between(0, MOST_MICROS))
                .as((one, micros) -> new Callers(true, one, micros));
        return Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.just(Callers.ONE_BY_ONE)),
                Tuple.of(1, Arbitraries.just(Callers.TOGETHER)),
                Tuple.of(1, Arbitraries.just(new Callers(true, true, -1))),
                Tuple.of(2, cancelling));
    }

    private static Arbitrary<String> tls() {
        return Arbitraries.of(ServerPlan.TLS_1_3, ServerPlan.TLS_1_2);
    }

    private static Arbitrary<Integer> fillers() {
        return Arbitraries.frequency(Tuple.of(6, 0), Tuple.of(2, 3_000), Tuple.of(1, 20_000), Tuple.of(1, 90_000));
    }

    /** Most of them small. */
    private static Arbitrary<Integer> headBytes() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0)),
                Tuple.of(2, Arbitraries.integers().between(1, 8_000)),
                Tuple.of(1, Arbitraries.integers().between(8_000, 60_000)));
    }

    private static Arbitrary<Integer> fields() {
        return Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0)),
                Tuple.of(2, Arbitraries.integers().between(1, 60)));
    }

    private static Arbitrary<List<Interim>> interims() {
        Arbitrary<Interim> one = Combinators.combine(
                        Arbitraries.of(103, 100, 102, 104, 199),
                        Arbitraries.integers().between(0, 3))
                .as(Interim::new);
        return seldom(List.of(), one.list().ofMinSize(1).ofMaxSize(5));
    }

    private static Arbitrary<Integer> stalls() {
        return seldom(0, Arbitraries.integers().between(1, 5));
    }

    private static Arbitrary<Cuts> cuts() {
        return Combinators.combine(sizes(1, 200), sizes(1, 200), seldom(false, Arbitraries.just(true)))
                .as(Cuts::new);
    }

    private static Arbitrary<List<Integer>> dataSizes() {
        return sizes(0, 300).filter(sizes -> sizes.isEmpty() || mostInARow(sizes) <= MOST_EMPTY);
    }

    /** The most empty frames in a row when the sizes are repeated. */
    private static int mostInARow(List<Integer> sizes) {
        int most = 0;
        int now = 0;
        for (int i = 0; i < (1 + MOST_EMPTY) * sizes.size(); i++) {
            now = sizes.get(i % sizes.size()) == 0 ? now + 1 : 0;
            most = Math.max(most, now);
        }
        return most;
    }

    private boolean isIn(Choice choice) {
        return !without.contains(choice);
    }

    private static Arbitrary<List<Integer>> sizes(int smallest, int largest) {
        Arbitrary<Integer> one = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.just(1)),
                Tuple.of(2, Arbitraries.integers().between(smallest, 20)),
                Tuple.of(2, Arbitraries.integers().between(smallest, largest)));
        return seldom(List.of(), one.list().ofMinSize(1).ofMaxSize(4));
    }

    /** Half of the time the plain choice. */
    private static <T> Arbitrary<T> seldom(T plain, Arbitrary<T> other) {
        return Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just(plain)), Tuple.of(1, other));
    }
}
