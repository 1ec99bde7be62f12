package top.neuralbox.budget;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The total of one tenant's generations with one model, and with the same values of the attributes that the ledger groups by.
 *
 * @param model the requested model; null for assistants
 * @param tenant the tenant; null for generations that named none
 * @param attributes the values of those attributes, by name; an attribute that the request did not have is absent. Unmodifiable;
 *     empty if the ledger groups by none
 * @param generations how many ended
 * @param charged how many of them were charged
 * @param unknown how many of them have an unknown bill
 * @param credits the sum of their costs, as the service reported them
 * @since 0.1.0
 */
public record LedgerTotal(
        @Nullable String model,
        @Nullable String tenant,
        Map<String, String> attributes,
        long generations,
        long charged,
        long unknown,
        BigDecimal credits) {}
