package top.neuralbox.examples.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** While each thing is done once, no code of ours calls what a native image would have to be told of. */
class ReflectionWatchTest {

    @Test
    void nobodyOfOursReflectsAtRunTime() throws Exception {
        Set<String> callers = ReflectionWatch.callersIn(OneOfEach.class);

        assertThat(callers.stream().filter(caller -> caller.startsWith("top.neuralbox.")))
                .as("all callers: %s", callers)
                .containsExactly(OneOfEach.class.getName() + ".main");
    }
}
