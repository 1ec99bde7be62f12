package top.neuralbox.spring.boot;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether {@code neuralbox.api-key} is set and not blank: an environment variable with an empty default is an empty property. */
final class OnKey implements Condition {

    OnKey() {}

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        String key = context.getEnvironment().getProperty("neuralbox.api-key");
        return key != null && !key.isBlank();
    }
}
