package top.neuralbox.spring.boot;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

/**
 * Warns of properties below {@code neuralbox} that nobody binds, because each may be a misspelled one. It refuses none: Boot
 * ignores a property that it does not know, an application may have some of its own there, and several versions of it may share
 * one file. No value is shown, because it may be a key.
 */
final class UnknownProperties implements BeanFactoryPostProcessor {

    /** A logger of its own, so that it can be switched off by itself. */
    static final String NAME = "top.neuralbox.spring.boot.properties";

    private static final Logger LOG = System.getLogger(NAME);

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("neuralbox");

    /** Boot's own choice, where it refuses what it does not know: other programs share the environment and the system properties. */
    private static final UnboundElementsSourceFilter OF_THE_APPLICATION = new UnboundElementsSourceFilter();

    /** Whatever is below it is known. */
    private static final String MAP = "headers";

    /** What the three classes of properties bind, and what conditions read. */
    static final List<String> KNOWN = List.of(
            "enabled",
            "api-key",
            "base-uri",
            "allow-clear-text",
            "name",
            MAP,
            "transport",
            "max-connections",
            "protocols",
            "ssl-bundle",
            "shutdown-timeout",
            "proxy.host",
            "proxy.port",
            "proxy.username",
            "proxy.password",
            "timeouts.connect",
            "timeouts.response-head",
            "timeouts.first-event",
            "timeouts.idle",
            "timeouts.event-idle",
            "timeouts.total",
            "retry.max-retries",
            "retry.first-delay",
            "retry.max-delay",
            "retry.max-wait",
            "limits.line",
            "limits.event",
            "limits.stream",
            "limits.error-body",
            "limits.answer",
            "limits.kept-text",
            "admission.max-calls",
            "admission.max-calls-per-tenant",
            "admission.max-queued",
            "admission.max-wait",
            "admission.wait-for-budget",
            "budget.limits[].credits",
            "budget.limits[].window",
            "budget.tenant-limits[].credits",
            "budget.tenant-limits[].window",
            "budget.request-limits[].requests",
            "budget.request-limits[].window",
            "budget.tenant-request-limits[].requests",
            "budget.tenant-request-limits[].window",
            "budget.low-balance",
            "budget.allow-without-store",
            "budget.redis.url",
            "budget.redis.namespace",
            "budget.redis.timeout",
            "budget.redis.lease",
            "budget.redis.threads",
            "metrics.enabled",
            "metrics.models",
            "metrics.delta-gaps",
            "metrics.naming",
            "metrics.budget-tenants",
            "tracing.enabled");

    private final Environment environment;

    UnknownProperties(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        in(environment).forEach(warning -> LOG.log(Level.WARNING, warning));
    }

    /** A warning for each property of that kind. */
    static List<String> in(Environment environment) {
        Map<String, String> warnings = new LinkedHashMap<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names && OF_THE_APPLICATION.apply(source)) {
                names.stream()
                        .filter(PREFIX::isAncestorOf)
                        .filter(name -> !isKnown(words(name)))
                        .forEach(name -> warnings.putIfAbsent(name.toString(), warning(name, source)));
            }
        }
        return List.copyOf(warnings.values());
    }

    private static String warning(ConfigurationPropertyName name, ConfigurationPropertySource source) {
        ConfigurationProperty property = source.getConfigurationProperty(name);
        String from = property == null || property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
        String nearest = nearest(words(name));
        return name + from + " is no property of the NeuralBox client, and has no effect on it"
                + (nearest == null ? "" : "; did you mean neuralbox." + nearest + "?");
    }

    /** Behind the prefix, without dashes and indices. */
    private static String words(ConfigurationPropertyName name) {
        return IntStream.range(PREFIX.getNumberOfElements(), name.getNumberOfElements())
                .filter(index -> !name.isNumericIndex(index))
                .mapToObj(index -> name.getElement(index, Form.UNIFORM))
                .collect(Collectors.joining("."));
    }

    /** A group is known too: it may be empty in a file, or be emptied by another file. */
    private static boolean isKnown(String words) {
        return words.startsWith(MAP + ".")
                || KNOWN.stream()
                        .map(UnknownProperties::uniform)
                        .anyMatch(known -> known.equals(words) || known.startsWith(words + "."));
    }

    /** The known name that differs from this one in the fewest characters, unless half of them differ. */
    private static @Nullable String nearest(String words) {
        return KNOWN.stream()
                .min(Comparator.comparingInt(known -> distance(words, uniform(known))))
                .filter(known -> distance(words, uniform(known)) <= words.length() / 2)
                .orElse(null);
    }

    private static String uniform(String name) {
        return name.replace("-", "").replace("[]", "");
    }

    /** How many characters are to be inserted, left out or replaced (Levenshtein). */
    private static int distance(String one, String other) {
        int[] before = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[before.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(before[j], row[j - 1]));
            }
            before = row;
        }
        return before[other.length()];
    }
}
