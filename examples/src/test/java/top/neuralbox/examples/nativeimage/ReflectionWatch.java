package top.neuralbox.examples.nativeimage;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Runs a program under the JDK's debugger and notes who calls the methods that a native image has to be told of. */
final class ReflectionWatch {

    private static final Map<String, String> WATCHED = Map.of(
            "java.lang.Class", "forName|newInstance|get(Declared)?(Method|Field|Constructor)s?|getRecordComponents",
            "java.lang.reflect.Method", "invoke",
            "java.lang.reflect.Constructor", "newInstance",
            "java.lang.reflect.Field", "get|set",
            "java.lang.reflect.Proxy", "newProxyInstance");

    private ReflectionWatch() {}

    /** The callers, as {@code class.method}, while the program ran. */
    static Set<String> callersIn(Class<?> program) throws Exception {
        ListeningConnector connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(listening -> listening.name().equals("com.sun.jdi.SocketListen"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("localAddress").setValue("127.0.0.1");
        arguments.get("port").setValue("0");
        String address = connector.startListening(arguments);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=127.0.0.1:"
                                + address.substring(address.lastIndexOf(':') + 1),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        program.getName())
                .inheritIO()
                .start();
        try {
            return watch(connector.accept(arguments));
        } finally {
            connector.stopListening(arguments);
            process.destroyForcibly().waitFor();
        }
    }

    private static Set<String> watch(VirtualMachine machine) throws Exception {
        WATCHED.forEach((type, methods) -> machine.classesByName(type).stream()
                .flatMap(loaded -> loaded.methods().stream())
                .filter(method -> method.name().matches(methods) && !method.isNative() && !method.isAbstract())
                .forEach(method -> stopAt(machine, method)));
        Set<String> callers = new TreeSet<>();
        // The first event is that of the start, and lets the program go.
        try {
            while (true) {
                EventSet events = machine.eventQueue().remove();
                for (Event event : events) {
                    if (event instanceof VMDisconnectEvent) {
                        return callers;
                    }
                    if (event instanceof BreakpointEvent hit) {
                        callers.add(caller(hit));
                    }
                }
                events.resume();
            }
        } catch (VMDisconnectedException ended) {
            return callers;
        }
    }

    private static void stopAt(VirtualMachine machine, Method method) {
        BreakpointRequest stop = machine.eventRequestManager().createBreakpointRequest(method.location());
        stop.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        stop.enable();
    }

    private static String caller(BreakpointEvent hit) throws IncompatibleThreadStateException {
        if (hit.thread().frameCount() < 2) {
            return "nobody";
        }
        Location caller = hit.thread().frame(1).location();
        return caller.declaringType().name() + "." + caller.method().name();
    }
}
