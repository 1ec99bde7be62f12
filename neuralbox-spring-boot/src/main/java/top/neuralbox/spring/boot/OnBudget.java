package top.neuralbox.spring.boot;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether {@code neuralbox.budget} has a limit. */
final class OnBudget implements Condition {

    OnBudget() {}

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return Binder.get(context.getEnvironment())
                .bind("neuralbox.budget", Bindable.of(NeuralBoxProperties.Budget.class))
                .map(budget -> !budget.isEmpty())
                .orElse(false);
    }
}
