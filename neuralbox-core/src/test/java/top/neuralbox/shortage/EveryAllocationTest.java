package top.neuralbox.shortage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import top.neuralbox.logs.Logs;

/**
 * Memory runs out at each instruction of the client that needs some, one after another. Whichever it is, the call ends once,
 * its exchange and its reservation are released, and what was sent is not called free.
 */
@Logs(
        value = {"the client's executor refused work", "a relay failed"},
        perhaps = {
            "a GenerationListener threw",
            "memory ran out while a call was ended",
            "a callback threw",
            "no thread could be created",
            "a subscriber"
        })
class EveryAllocationTest {

    private static final ClassLoader CLASSES = new FaultyClasses();

    @ParameterizedTest
    @EnumSource
    void callEndsOnceWhereverMemoryRunsOut(Scenario scenario) throws Exception {
        assertThat(wrong(scenario, point -> FaultPoints.arm(point, 1))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void callEndsOnceWhereverMemoryRunsOutForAWhile(Scenario scenario) throws Exception {
        assertThat(wrong(scenario, point -> FaultPoints.arm(point, 4))).isEmpty();
    }

    /** What is wrong after a fault at the first point, the second, and so on until there are no more. */
    private static List<String> wrong(Scenario scenario, IntConsumer arm) throws Exception {
        Function<Runnable, String> call = instrumented(scenario);
        // What is loaded now is not loaded while faults count.
        call.apply(() -> {});
        List<String> wrong = new ArrayList<>();
        for (int point = 0; point == 0 || !FaultPoints.place().isEmpty(); point++) {
            int skipped = point;
            String found = call.apply(() -> arm.accept(skipped));
            if (!found.isEmpty()) {
                wrong.add(found + ", after a fault at " + FaultPoints.place());
            }
        }
        return wrong;
    }

    @SuppressWarnings("unchecked")
    private static Function<Runnable, String> instrumented(Scenario scenario) throws Exception {
        Class<?> scenarios = CLASSES.loadClass(Scenario.class.getName());
        return (Function<Runnable, String>)
                scenarios.getMethod("valueOf", String.class).invoke(null, scenario.name());
    }
}
