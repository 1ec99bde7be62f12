package top.neuralbox.spring.boot;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import top.neuralbox.Balance;
import top.neuralbox.NeuralBox;
import top.neuralbox.NeuralBoxException;

/**
 * The account on request: {@code /actuator/neuralbox}, if it is exposed. Each read is a request to the service, which counts
 * against the account's limit. So this is no part of the health.
 */
@Endpoint(id = "neuralbox")
final class NeuralBoxEndpoint {

    private final NeuralBox neuralBox;
    private final LastOutcomes outcomes;

    NeuralBoxEndpoint(NeuralBox neuralBox, LastOutcomes outcomes) {
        this.neuralBox = neuralBox;
        this.outcomes = outcomes;
    }

    /** Blocks until the service has answered. A failure is shown by its type: its message may quote the service. */
    @ReadOperation
    Map<String, Object> account() {
        Map<String, Object> account = new LinkedHashMap<>();
        account.put("generations", outcomes.state().name());
        account.putAll(outcomes.details());
        try {
            Balance balance = neuralBox.account().balance();
            put(account, "credits", balance.credits());
            put(account, "planCredits", balance.planCredits());
            put(account, "bonusCredits", balance.bonusCredits());
        } catch (NeuralBoxException e) {
            account.put("creditsError", e.getClass().getSimpleName());
        }
        return account;
    }

    private static void put(Map<String, Object> account, String name, @Nullable Object value) {
        if (value != null) {
            account.put(name, value);
        }
    }
}
