package top.neuralbox.spring.boot;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether a property is set and not blank: an environment variable with an empty default is an empty property. */
abstract sealed class OnText implements Condition permits OnKey, OnTransport {

    private final String property;

    OnText(String property) {
        this.property = property;
    }

    @Override
    public final boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        String text = context.getEnvironment().getProperty(property);
        return text != null && !text.isBlank();
    }
}
