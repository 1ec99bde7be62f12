package top.neuralbox.transport.vertx;

/** Recognises the event loops of any Vert.x instance without loading a class of Vert.x. */
final class EventLoopThreads {

    static final String TRANSPORT_NAME = "vertx";

    /** The prefix of the names of event loops in a {@code Vertx} of our own. The number of the loop follows. */
    static final String OWN_NAME_PREFIX = "neuralbox-vertx-eventloop-";

    private static final String THREAD_CLASS = "io.vertx.core.impl.VertxThread";
    private static final String NAME_PREFIX = "vert.x-eventloop-thread-";

    private EventLoopThreads() {}

    /** Worker threads of Vert.x have the same class and may block, so the name decides. */
    static boolean isEventLoop(Thread thread) {
        String name = thread.getName();
        return (name.startsWith(NAME_PREFIX) || name.startsWith(OWN_NAME_PREFIX)) && isVertxThread(thread.getClass());
    }

    private static boolean isVertxThread(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(THREAD_CLASS)) {
                return true;
            }
        }
        return false;
    }
}
