package top.neuralbox.budget;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant's generations with one model came to.
 *
 * @param model the model that was asked for; null for assistants
 * @param tenant the tenant; null for generations that named none
 * @param generations how many ended
 * @param charged how many of them were charged
 * @param unknown of how many it is not known
 * @param credits what the service said they cost, together
 * @since 0.1.0
 */
public record LedgerTotal(
        @Nullable String model,
        @Nullable String tenant,
        long generations,
        long charged,
        long unknown,
        BigDecimal credits) {}
