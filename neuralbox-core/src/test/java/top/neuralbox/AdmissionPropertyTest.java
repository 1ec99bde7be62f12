package top.neuralbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import top.neuralbox.concurrent.ManualDelayer;

/** Calls, ends, cancels, time-outs and a close, in every order: no limit is exceeded, and no slot is lost. */
class AdmissionPropertyTest {

    enum Step {
        CALL,
        CALL_OF_ANOTHER,
        LEAVE,
        AWAY,
        SECOND
    }

    private final ManualDelayer clock = new ManualDelayer();
    private final List<Call> running = new ArrayList<>();
    private final List<Call> waiting = new ArrayList<>();
    private final List<Call> away = new ArrayList<>();
    private final Map<String, Integer> ofTenant = new HashMap<>();

    private final class Call {

        private final String tenant;
        private AdmissionQueue.Slot slot;
        private boolean refused;
        private boolean over;

        private Call(String tenant) {
            this.tenant = tenant;
        }

        private void admitted() {
            waiting.remove(this);
            away.remove(this);
            running.add(this);
            ofTenant.merge(tenant, 1, Integer::sum);
        }

        private void refused() {
            assertThat(over).as("refused after it left").isFalse();
            waiting.remove(this);
            away.remove(this);
            refused = true;
        }
    }

    @Property(tries = 1_000)
    void limitsHoldAndNoSlotIsLost(
            @ForAll @Size(max = 60) List<Step> steps,
            @ForAll @Size(60) List<@IntRange(min = 0, max = 1_000) Integer> choices,
            @ForAll @IntRange(min = 1, max = 4) int slots,
            @ForAll @IntRange(min = 1, max = 4) int ofOne,
            @ForAll @IntRange(min = 0, max = 5) int queued) {
        Admission admission = Admission.builder(slots)
                .maxCallsPerTenant(ofOne)
                .maxQueued(queued)
                .maxWait(Duration.ofSeconds(5))
                .build();
        AdmissionQueue queue = new AdmissionQueue(admission, clock, Runnable::run);
        for (int i = 0; i < steps.size(); i++) {
            int choice = choices.get(i);
            switch (steps.get(i)) {
                case CALL -> enter(queue, "a");
                case CALL_OF_ANOTHER -> enter(queue, "tenant " + choice % 3);
                case LEAVE -> {
                    List<Call> all = List.of(running, waiting, away).get(choice % 3);
                    if (!all.isEmpty()) {
                        leave(queue, all.get(choice % all.size()));
                    }
                }
                case AWAY -> {
                    if (!running.isEmpty()) {
                        goAway(queue, running.get(choice % running.size()), Duration.ofSeconds(1 + choice % 6));
                    }
                }
                case SECOND -> clock.advance(Duration.ofSeconds(1));
            }
            assertThat(running.size()).isLessThanOrEqualTo(slots);
            assertThat(ofTenant.values()).allMatch(count -> count <= Math.min(ofOne, slots));
            assertThat(waiting.size() + away.size()).isLessThanOrEqualTo(queued);
            assertThat(waiting)
                    .as("waits although there is a slot")
                    .allMatch(call ->
                            running.size() == slots || ofTenant.getOrDefault(call.tenant, 0) == Math.min(ofOne, slots));
        }
        while (!running.isEmpty() || !away.isEmpty()) {
            if (running.isEmpty()) {
                clock.advance(Duration.ofSeconds(1));
            } else {
                leave(queue, running.get(0));
            }
        }
        assertThat(waiting).isEmpty();
        queue.refuse(facts -> new AdmissionRefusedException(AdmissionRefusedException.Reason.DRAINING, null, facts));
        assertThat(clock.pending()).isZero();
    }

    private void enter(AdmissionQueue queue, String tenant) {
        Call call = new Call(tenant);
        waiting.add(call);
        call.slot = queue.enter(tenant, slot -> call.admitted(), reason -> call.refused());
        assertThat(call.refused || running.contains(call) || waiting.contains(call))
                .isTrue();
    }

    private void goAway(AdmissionQueue queue, Call call, Duration time) {
        running.remove(call);
        away.add(call);
        ofTenant.merge(call.tenant, -1, Integer::sum);
        if (!queue.getInLineAfter(call.slot, time)) {
            away.remove(call);
            running.add(call);
            ofTenant.merge(call.tenant, 1, Integer::sum);
            leave(queue, call);
        }
    }

    private void leave(AdmissionQueue queue, Call call) {
        if (running.remove(call)) {
            ofTenant.merge(call.tenant, -1, Integer::sum);
        } else {
            waiting.remove(call);
            away.remove(call);
        }
        call.over = true;
        queue.leave(call.slot);
        queue.leave(call.slot);
    }
}
