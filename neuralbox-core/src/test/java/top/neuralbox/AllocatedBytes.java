package top.neuralbox;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** Counts what the current thread allocates. By reflection, for the module under test does not read the one that counts. */
public final class AllocatedBytes {

    private static final MethodHandle COUNTER = counter();

    private AllocatedBytes() {}

    /** Bytes that this thread has allocated so far. */
    public static long soFar() {
        try {
            return (long) COUNTER.invoke(Thread.currentThread().getId());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle counter() {
        try {
            Object bean = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            return MethodHandles.publicLookup()
                    .unreflect(Class.forName("com.sun.management.ThreadMXBean")
                            .getMethod("getThreadAllocatedBytes", long.class))
                    .bindTo(bean);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
