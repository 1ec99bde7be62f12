package top.neuralbox.faults;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of calls through HAProxy, which forwards bytes as they come. */
@Tag("containers")
@EnabledIf("top.neuralbox.faults.Docker#answers")
@ParameterizedClass
@EnumSource
class HaproxyTest extends GatewayRows {

    private static final int SERVICE_UNAVAILABLE = 503;

    HaproxyTest() {
        super(Gateway.HAPROXY, SERVICE_UNAVAILABLE);
    }
}
