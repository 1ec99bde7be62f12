package top.neuralbox.examples.guide;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A shop's table of orders, as far as generations are concerned. In an application it is in a database. */
final class Orders {

    /**
     * An order whose generation has not ended.
     *
     * @param number the order's number
     * @param reservation the name of the budget's reservation
     * @param generation the id of the generation; null if the service did not tell it yet
     */
    record Order(String number, String reservation, String generation) {}

    private final Map<String, Order> open = new ConcurrentHashMap<>();

    void keepReservation(String number, String reservation) {
        open.put(number, new Order(number, reservation, null));
    }

    void keepGeneration(String number, String generation) {
        open.computeIfPresent(number, (key, order) -> new Order(number, order.reservation(), generation));
    }

    void done(String number) {
        open.remove(number);
    }

    List<Order> open() {
        return List.copyOf(open.values());
    }
}
