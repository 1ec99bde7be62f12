package top.neuralbox.spring.boot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/**
 * Starts a {@link top.neuralbox.testkit.local.LocalNeuralBox} for a test of Spring Boot, and connects the application's client to
 * it. No key is needed. The service is a bean, so a test may have it injected, to script faults and to see what was asked.
 *
 * <pre>{@code
 * @SpringBootTest
 * @AutoConfigureLocalNeuralBox
 * class ChatTest {
 *     @Autowired LocalNeuralBox service;
 * }
 * }</pre>
 *
 * <p>Requires {@code neuralbox-testkit}. The service lives as long as the application context, which Spring keeps for further
 * tests. A bean of type {@code LocalNeuralBox.Builder} decides what the service answers.
 *
 * @since 0.1.0
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SuppressWarnings("exports") // Spring imports it by reflection.
@Import(LocalNeuralBoxConfiguration.class)
public @interface AutoConfigureLocalNeuralBox {}
