package top.neuralbox.spring.boot;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.WeakHashMap;
import org.springframework.beans.factory.config.BeanPostProcessor;
import top.neuralbox.NeuralBox;

/**
 * The clients that are beans, as they are made. To ask the context for them at its close would make those that nobody has needed,
 * and run code of the application that may block. Thread-safe.
 */
final class NeuralBoxClients implements BeanPostProcessor {

    /** Weak, because a client of a shorter scope may be gone long before the close. */
    private final Set<NeuralBox> made = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof NeuralBox client) {
            made.add(client);
        }
        return bean;
    }

    Set<NeuralBox> all() {
        synchronized (made) {
            return new LinkedHashSet<>(made);
        }
    }
}
