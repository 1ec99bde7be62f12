package top.neuralbox.stress;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Notes whether two threads were at the same work at once. Orders nothing, so that it hides no missing barrier. */
public final class OneAtATime {

    private static final VarHandle INSIDE;

    static {
        try {
            INSIDE = MethodHandles.lookup().findVarHandle(OneAtATime.class, "inside", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How often the work lasts a pause: long enough for the other thread to come in. */
    private static final int PAUSES = 2;

    @SuppressWarnings("unused") // Read and written by INSIDE.
    private int inside;

    private boolean broken;

    /** The work begins. */
    public void enter() {
        look(0);
        INSIDE.setOpaque(this, 1);
        for (int i = 0; i < PAUSES; i++) {
            Thread.onSpinWait();
        }
    }

    /** The work ends. */
    public void leave() {
        look(1);
        INSIDE.setOpaque(this, 0);
    }

    /** 1 if two threads were at it at once. */
    public int faults() {
        return broken ? 1 : 0;
    }

    private void look(int expected) {
        if ((int) INSIDE.getOpaque(this) != expected) {
            broken = true;
        }
    }
}
