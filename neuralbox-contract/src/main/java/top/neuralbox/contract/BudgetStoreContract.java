package top.neuralbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import top.neuralbox.budget.BudgetLine;
import top.neuralbox.budget.BudgetShortage;
import top.neuralbox.budget.BudgetStore;
import top.neuralbox.budget.BudgetUsage;

/**
 * The contract of a {@link BudgetStore}, as JUnit 5 tests. A store's test class implements this interface. Each test has its
 * own names of lines, so that one store can serve all tests.
 *
 * @since 0.1.0
 */
public interface BudgetStoreContract {

    /** A window so long that none ends while a test runs. */
    Duration WINDOW = Duration.ofDays(10_000);

    /** The store under test. */
    BudgetStore store();

    /** Moves the clock by which the store determines the windows of time. */
    void moveClock(Duration by);

    @Test
    default void creditsThatFitAreSetAside() {
        BudgetLine line = line("10");

        assertThat(reserve("4", line)).isEmpty();
        assertThat(reserve("6", line)).isEmpty();
        assertUsage(line, "0", "10", "0");
    }

    @Test
    default void creditsThatDoNotFitAreNotSetAsideAndTheLineIsNamed() {
        BudgetLine wide = line("100");
        BudgetLine tight = line("10");
        reserve("4", wide, tight);

        assertThat(reserve("6.000001", wide, tight))
                .contains(new BudgetShortage(tight.withAmount(new BigDecimal("6.000001")), null));
        assertUsage(wide, "0", "4", "0");
        assertUsage(tight, "0", "4", "0");
    }

    @Test
    default void linesOfOneNameCountOnceAndTheTighterHolds() {
        BudgetLine wide = line("10");
        BudgetLine tight = BudgetLine.credits(wide.key(), new BigDecimal(5), null);

        String reservation = reserved("3", wide, tight);
        assertUsage(wide, "0", "3", "0");
        assertThat(reserve("3", wide, tight)).contains(new BudgetShortage(tight.withAmount(new BigDecimal(3)), null));
        await(store().settle(reservation, new BigDecimal(2)));
        assertUsage(wide, "2", "0", "0");
    }

    @Test
    default void creditsThatCostNothingFitIntoWhatIsUsedUp() {
        BudgetLine line = line("10");
        reserve("10", line);

        assertThat(reserve("0", line)).isEmpty();
    }

    @Test
    default void decimalsAreExact() {
        BudgetLine line = line("0.3");

        assertThat(reserve("0.1", line)).isEmpty();
        assertThat(reserve("0.1", line)).isEmpty();
        assertThat(reserve("0.1", line)).isEmpty();
        assertThat(reserve("0.000001", line)).isPresent();
        assertUsage(line, "0", "0.3", "0");
    }

    @Test
    default void largeFiguresAreExact() {
        BudgetLine line = line("9007199254.740991");
        reserve("9007199254.740990", line);

        assertThat(reserve("0.000002", line)).isPresent();
        assertThat(reserve("0.000001", line)).isEmpty();
        assertUsage(line, "0", "9007199254.740991", "0");
    }

    @Test
    default void whatWasSpentTakesThePlaceOfWhatWasSetAside() {
        BudgetLine line = line("10");
        String reservation = reserved("8", line);
        await(store().settle(reservation, new BigDecimal("2.5")));

        assertUsage(line, "2.5", "0", "0");
    }

    @Test
    default void moreMayBeSpentThanWasSetAside() {
        BudgetLine line = line("10");
        await(store().settle(reserved("8", line), new BigDecimal(12)));

        assertUsage(line, "12", "0", "0");
        assertThat(reserve("0.1", line)).isPresent();
    }

    @Test
    default void settlingWithZeroReleases() {
        BudgetLine line = line("10");
        await(store().settle(reserved("8", line), BigDecimal.ZERO));

        assertUsage(line, "0", "0", "0");
    }

    @Test
    default void settlingAgainCountsNothing() {
        BudgetLine line = line("10");
        String reservation = reserved("8", line);
        await(store().settle(reservation, BigDecimal.ONE));
        await(store().settle(reservation, BigDecimal.TEN));

        assertUsage(line, "1", "0", "0");
    }

    @Test
    default void reservationThatArrivesAfterItWasSettledSetsNothingAside() {
        BudgetLine line = line("10");
        String late = UUID.randomUUID().toString();
        await(store().settle(late, BigDecimal.ZERO));

        assertThat(await(store().reserve(late, List.of(line.withAmount(BigDecimal.ONE)))))
                .isEmpty();
        await(store().reserveAnyway(late, List.of(line.withAmount(BigDecimal.ONE))));
        assertUsage(line, "0", "0", "0");
    }

    @Test
    default void reservationThatArrivesAgainSetsNothingMoreAside() {
        BudgetLine line = line("10");
        String reservation = reserved("8", line);
        assertThat(await(store().reserve(reservation, List.of(line.withAmount(new BigDecimal(8))))))
                .isEmpty();
        assertUsage(line, "0", "8", "0");

        await(store().settle(reservation, BigDecimal.ONE));
        assertThat(await(store().reserve(reservation, List.of(line.withAmount(new BigDecimal(8))))))
                .isEmpty();
        await(store().reserveAnyway(reservation, List.of(line.withAmount(new BigDecimal(8)))));
        assertUsage(line, "1", "0", "0");
    }

    @Test
    default void settlingWhatIsNotKnownCountsNothing() {
        BudgetLine line = line("10");
        reserved("8", line);
        await(store().settle(UUID.randomUUID().toString(), BigDecimal.ONE));

        assertUsage(line, "0", "8", "0");
    }

    @Test
    default void unsettledCreditsCountUntilTheyAreSettled() {
        BudgetLine line = line("10");
        String reservation = reserved("8", line);
        await(store().leaveUnsettled(reservation));
        await(store().leaveUnsettled(reservation));

        assertUsage(line, "0", "0", "8");
        assertThat(reserve("3", line)).isPresent();
        await(store().settle(reservation, new BigDecimal(3)));
        assertUsage(line, "3", "0", "0");
    }

    @Test
    default void settledReservationDoesNotBecomeUnsettled() {
        BudgetLine line = line("10");
        String reservation = reserved("8", line);
        await(store().settle(reservation, BigDecimal.ONE));
        await(store().leaveUnsettled(reservation));

        assertUsage(line, "1", "0", "0");
    }

    @Test
    default void whatIsReservedAnywayCountsBeyondTheLimitAndIsSettledAsAnyOther() {
        BudgetLine line = line("10");
        String reservation = UUID.randomUUID().toString();
        await(store().reserveAnyway(reservation, List.of(line.withAmount(new BigDecimal(12)))));

        assertUsage(line, "0", "12", "0");
        await(store().settle(reservation, new BigDecimal(11)));
        assertUsage(line, "11", "0", "0");
    }

    @Test
    default void whatIsReservedAlreadyIsNotReservedAnyway() {
        BudgetLine line = line("10");
        String reservation = reserved("4", line);
        await(store().reserveAnyway(reservation, List.of(line.withAmount(new BigDecimal(4)))));

        assertUsage(line, "0", "4", "0");
    }

    @Test
    default void windowCountsAnewWhenItsTimeHasPassed() {
        BudgetLine line = windowed("10");
        reserve("8", line);
        Duration renewal =
                Objects.requireNonNull(reserve("8", line).orElseThrow().renewal());

        assertThat(renewal).isPositive().isLessThanOrEqualTo(WINDOW);
        moveClock(renewal);
        assertUsage(line, "0", "0", "0");
        assertThat(reserve("8", line)).isEmpty();
    }

    @Test
    default void whatWasSetAsideInAPastWindowIsSettledThere() {
        BudgetLine line = windowed("10");
        BudgetLine forGood = line("100");
        String early = reserved("8", line, forGood);
        String unknown = reserved("2", line, forGood);
        moveClock(WINDOW);
        reserve("5", line);
        await(store().settle(early, new BigDecimal(7)));
        await(store().leaveUnsettled(unknown));

        assertUsage(line, "0", "5", "0");
        assertUsage(forGood, "7", "0", "2");
    }

    @Test
    default void windowIsFoundAgainWhenTheClockIsSetBackALittle() {
        BudgetLine line = windowed("10");
        await(store().settle(reserved("8", line), new BigDecimal(8)));
        moveClock(Objects.requireNonNull(reserve("8", line).orElseThrow().renewal()));
        await(store().settle(reserved("5", line), new BigDecimal(5)));
        Duration little = Duration.ofSeconds(2);

        moveClock(little.negated());
        assertUsage(line, "8", "0", "0");
        assertThat(reserve("5", line)).isPresent();
        moveClock(little);
        assertUsage(line, "5", "0", "0");
    }

    @Test
    default void windowOfAClockThatWasFarAheadDoesNotOutliveItsLength() {
        BudgetLine line = windowed("10");
        moveClock(WINDOW.multipliedBy(3));
        reserve("8", line);

        moveClock(WINDOW.multipliedBy(-3));
        assertUsage(line, "0", "0", "0");
        assertThat(reserve("7", line)).isEmpty();
        moveClock(WINDOW);
        assertUsage(line, "0", "0", "0");
    }

    @Test
    default void aThousandReservationsAtOnceStayWithinTheLimit() {
        BudgetLine first = line("300");
        BudgetLine second = line("200.5");
        List<CompletionStage<Optional<BudgetShortage>>> asked = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            asked.add(store().reserve(
                            UUID.randomUUID().toString(),
                            List.of(first.withAmount(BigDecimal.ONE), second.withAmount(BigDecimal.ONE))));
        }
        long granted = asked.stream().filter(stage -> await(stage).isEmpty()).count();

        assertThat(granted).isEqualTo(200);
        assertUsage(first, "0", "200", "0");
        assertUsage(second, "0", "200", "0");
    }

    @Test
    default void eachLineReservesItsOwnAmount() {
        BudgetLine credits = line("10");
        BudgetLine requests = requests("2");
        await(store().reserve(
                        UUID.randomUUID().toString(),
                        List.of(credits.withAmount(new BigDecimal(4)), requests.withAmount(BigDecimal.ONE))));

        assertUsage(credits, "0", "4", "0");
        assertUsage(requests, "0", "1", "0");
    }

    @Test
    default void nothingIsReservedWhereOneOfTwoUnitsIsShort() {
        BudgetLine credits = line("10");
        BudgetLine requests = requests("0");
        List<BudgetLine> asked = List.of(credits.withAmount(new BigDecimal(4)), requests.withAmount(BigDecimal.ONE));
        Optional<BudgetShortage> shortage =
                await(store().reserve(UUID.randomUUID().toString(), asked));

        assertThat(shortage).get().extracting(BudgetShortage::line).isEqualTo(asked.get(1));
        assertUsage(credits, "0", "0", "0");
    }

    @Test
    default void requestsOfASettledReservationAreSpentWhateverItCost() {
        BudgetLine credits = line("10");
        BudgetLine requests = requests("5");
        await(store().settle(reservedBoth(credits, requests), new BigDecimal(3)));
        await(store().settle(reservedBoth(credits, requests), BigDecimal.ZERO));

        assertUsage(credits, "3", "0", "0");
        assertUsage(requests, "2", "0", "0");
    }

    @Test
    default void requestsOfAnUnsettledReservationAreSpentAndNotCountedAgainWhenItIsSettled() {
        BudgetLine credits = line("10");
        BudgetLine requests = requests("5");
        String reservation = reservedBoth(credits, requests);
        await(store().leaveUnsettled(reservation));
        await(store().leaveUnsettled(reservation));

        assertUsage(credits, "0", "0", "4");
        assertUsage(requests, "1", "0", "0");
        await(store().settle(reservation, new BigDecimal(3)));
        assertUsage(credits, "3", "0", "0");
        assertUsage(requests, "1", "0", "0");
    }

    @Test
    default void requestsAloneAreSettledWhereTheyAreLeftUnsettled() {
        BudgetLine requests = requests("5");
        String reservation = reserved("1", requests);
        await(store().leaveUnsettled(reservation));
        await(store().release(reservation));
        await(store().reserve(reservation, asking("1", requests)));

        assertUsage(requests, "1", "0", "0");
    }

    @Test
    default void releasingGivesBackCreditsAndRequests() {
        BudgetLine credits = line("10");
        BudgetLine requests = requests("5");
        String reservation = reservedBoth(credits, requests);
        await(store().release(reservation));
        await(store().settle(reservation, BigDecimal.ONE));

        assertUsage(credits, "0", "0", "0");
        assertUsage(requests, "0", "0", "0");
    }

    @Test
    default void reservationThatArrivesAfterItWasReleasedSetsNothingAside() {
        BudgetLine line = line("10");
        String late = UUID.randomUUID().toString();
        await(store().release(late));

        assertThat(await(store().reserve(late, asking("1", line)))).isEmpty();
        assertUsage(line, "0", "0", "0");
    }

    @Test
    default void serviceThatHasLessLeftLowersTheRestOfTheWindow() {
        BudgetLine line = requests("10");
        reserve("4", line);
        await(store().lower(line, new BigDecimal(2), null));

        assertElsewhere(line, "4", "4");
        assertThat(reserve("3", line)).isPresent();
        assertThat(reserve("2", line)).isEmpty();
        moveClock(WINDOW);
        assertElsewhere(line, "0", "0");
    }

    /**
     * Only a request can tell that the service counts anew. An answer of the old count that comes as a window begins would
     * otherwise close all of it.
     */
    @Test
    default void restThatTheServiceGivesNoTimeForIsAskedForAgain() {
        BudgetLine line = requests("10");
        await(store().lower(line, BigDecimal.ZERO, null));

        assertThat(reserve("1", line))
                .isPresent()
                .get()
                .satisfies(shortage -> assertThat(shortage.renewal()).isLessThanOrEqualTo(Duration.ofMinutes(10)));
        moveClock(Duration.ofMinutes(10));
        assertThat(reserve("1", line)).isEmpty();
    }

    @Test
    default void serviceThatHasAsMuchLeftOrMoreChangesNothing() {
        BudgetLine line = requests("10");
        reserve("4", line);
        await(store().lower(line, new BigDecimal(6), null));
        await(store().lower(line, new BigDecimal(100), null));

        assertElsewhere(line, "4", "0");
    }

    @Test
    default void laterAnswerThatCountsLessDoesNotRaiseTheRest() {
        BudgetLine line = requests("10");
        await(store().lower(line, new BigDecimal(3), null));
        await(store().lower(line, new BigDecimal(5), null));

        assertElsewhere(line, "0", "7");
    }

    @Test
    default void restIsLoweredUntilTheServiceCountsAnewAndTheShortageSaysWhenThatIs() {
        BudgetLine line = requests("10");
        Duration window =
                Objects.requireNonNull(reserve("11", line).orElseThrow().renewal());
        Duration service = window.dividedBy(2);
        await(store().lower(line, BigDecimal.ZERO, ends(line, window).minus(window.minus(service))));
        Duration renewal =
                Objects.requireNonNull(reserve("1", line).orElseThrow().renewal());

        assertThat(renewal).isPositive().isLessThanOrEqualTo(service);
        assertThat(reserve("11", line).orElseThrow().renewal()).isGreaterThan(service);
        moveClock(renewal);
        assertElsewhere(line, "0", "0");
        assertThat(reserve("1", line)).isEmpty();
    }

    @Test
    default void nextCountOfTheServiceReplacesWhatWasKnownOfTheLastOne() {
        BudgetLine line = requests("10");
        Duration window =
                Objects.requireNonNull(reserve("11", line).orElseThrow().renewal());
        Instant end = ends(line, window);
        await(store().lower(line, BigDecimal.ZERO, end.minus(window.dividedBy(2))));
        await(store().lower(line, new BigDecimal(8), end.minus(window.dividedBy(4))));

        assertElsewhere(line, "0", "2");
    }

    @Test
    default void countOfTheServiceThatIsOverChangesNothing() {
        BudgetLine line = requests("10");
        await(store().lower(line, new BigDecimal(8), null));
        await(store().lower(line, BigDecimal.ZERO, Instant.EPOCH));

        assertElsewhere(line, "0", "2");
    }

    @Test
    default void lineWithoutAWindowCannotBeLowered() {
        BudgetLine line = BudgetLine.requests("line " + UUID.randomUUID(), BigDecimal.TEN, null);

        assertThatThrownBy(() -> await(store().lower(line, BigDecimal.ONE, null)))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    private Optional<BudgetShortage> reserve(String credits, BudgetLine... lines) {
        return await(store().reserve(UUID.randomUUID().toString(), asking(credits, lines)));
    }

    private String reserved(String credits, BudgetLine... lines) {
        String reservation = UUID.randomUUID().toString();
        assertThat(await(store().reserve(reservation, asking(credits, lines)))).isEmpty();
        return reservation;
    }

    private String reservedBoth(BudgetLine credits, BudgetLine requests) {
        String reservation = UUID.randomUUID().toString();
        List<BudgetLine> lines = List.of(credits.withAmount(new BigDecimal(4)), requests.withAmount(BigDecimal.ONE));
        assertThat(await(store().reserve(reservation, lines))).isEmpty();
        return reservation;
    }

    /** The end of a line's window, of which so much is left. */
    private static Instant ends(BudgetLine line, Duration left) {
        long length = Objects.requireNonNull(line.window()).toMillis();
        long about = Instant.now().plus(left).toEpochMilli();
        return Instant.ofEpochMilli(Math.round((double) about / length) * length);
    }

    private void assertElsewhere(BudgetLine line, String own, String elsewhere) {
        BudgetUsage usage = await(store().usage(line));
        assertThat(usage.elsewhere()).isEqualByComparingTo(elsewhere);
        assertThat(usage.total()).isEqualByComparingTo(new BigDecimal(own).add(usage.elsewhere()));
    }

    private void assertUsage(BudgetLine line, String spent, String reserved, String unsettled) {
        BudgetUsage usage = await(store().usage(line));
        assertThat(usage)
                .usingComparatorForType(BigDecimal::compareTo, BigDecimal.class)
                .usingRecursiveComparison()
                .isEqualTo(new BudgetUsage(new BigDecimal(spent), new BigDecimal(reserved), new BigDecimal(unsettled)));
    }

    private static BudgetLine line(String limit) {
        return BudgetLine.credits("line " + UUID.randomUUID(), new BigDecimal(limit), null);
    }

    private static BudgetLine windowed(String limit) {
        return BudgetLine.credits("line " + UUID.randomUUID(), new BigDecimal(limit), WINDOW);
    }

    private static BudgetLine requests(String limit) {
        return BudgetLine.requests("line " + UUID.randomUUID(), new BigDecimal(limit), WINDOW);
    }

    private static List<BudgetLine> asking(String amount, BudgetLine... lines) {
        return Stream.of(lines)
                .map(line -> line.withAmount(new BigDecimal(amount)))
                .toList();
    }

    private static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(TransportFixture.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer of the store", e);
        }
    }
}
