package top.neuralbox.shortage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/** Loads the client's classes once more, with a {@linkplain FaultPoints point} before each instruction that needs memory. */
final class FaultyClasses extends ClassLoader {

    private static final String OURS = "top.neuralbox.";

    private static final String POINTS = "top/neuralbox/shortage/FaultPoints";

    /** It is loaded with the classes that use it, so that it can be used when there is no memory. */
    private static final String WAIT = "top/neuralbox/concurrent/MemoryWait";

    /** Shared with the test, or made for it. */
    private static final Set<String> SHARED =
            Set.of(FaultPoints.class.getName(), EveryAllocationTest.class.getName(), FaultyClasses.class.getName());

    FaultyClasses() {
        super(FaultyClasses.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS) || SHARED.contains(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    /** A file beside the classes, which their module shows to itself only. */
    @Override
    public InputStream getResourceAsStream(String name) {
        return FaultyClasses.class.getResourceAsStream("/" + name);
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        try (InputStream in = getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] code = in.readAllBytes();
            byte[] changed = name.startsWith(OURS + "shortage.") ? code : instrumented(code);
            return defineClass(name, changed, 0, changed.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] instrumented(byte[] code) {
        ClassReader reader = new ClassReader(code);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new Points(writer), 0);
        return writer.toByteArray();
    }

    private static final class Points extends ClassVisitor {

        private String owner = "";

        Points(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
            owner = name;
            super.visit(version, access, name, signature, parent, interfaces);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
            MethodVisitor next = super.visitMethod(access, name, type, signature, thrown);
            return name.equals("<clinit>") ? new Initializer(next, owner) : new MethodPoints(next, owner, name);
        }
    }

    /** Classes that an initializer uses are loaded with its own. */
    private static final class Initializer extends MethodVisitor {

        private final String owner;

        Initializer(MethodVisitor next, String owner) {
            super(Opcodes.ASM9, next);
            this.owner = owner;
        }

        private void uses(String used) {
            super.visitLdcInsn(owner);
            super.visitLdcInsn(used);
            super.visitMethodInsn(
                    Opcodes.INVOKESTATIC, POINTS, "initialize", "(Ljava/lang/String;Ljava/lang/String;)V", false);
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            super.visitTypeInsn(opcode, type);
            if (opcode == Opcodes.NEW) {
                uses(type);
            }
        }

        @Override
        public void visitFieldInsn(int opcode, String used, String name, String type) {
            if (opcode == Opcodes.GETSTATIC && !used.equals(owner)) {
                uses(used);
            }
            super.visitFieldInsn(opcode, used, name, type);
        }

        @Override
        public void visitMethodInsn(int opcode, String used, String name, String type, boolean isInterface) {
            if (opcode == Opcodes.INVOKESTATIC && !used.equals(owner)) {
                uses(used);
            }
            super.visitMethodInsn(opcode, used, name, type, isInterface);
        }
    }

    private static final class MethodPoints extends MethodVisitor {

        private final String owner;
        private final String method;
        private int count;

        MethodPoints(MethodVisitor next, String owner, String method) {
            super(Opcodes.ASM9, next);
            this.owner = owner;
            this.method = method;
        }

        private void need(String what) {
            super.visitLdcInsn(place(what));
            super.visitMethodInsn(Opcodes.INVOKESTATIC, POINTS, "need", "(Ljava/lang/String;)V", false);
        }

        private void use(String used, String what) {
            super.visitLdcInsn(used);
            super.visitLdcInsn(place(what));
            super.visitMethodInsn(
                    Opcodes.INVOKESTATIC, POINTS, "use", "(Ljava/lang/String;Ljava/lang/String;)V", false);
        }

        private String place(String what) {
            return owner.substring(owner.lastIndexOf('/') + 1) + "." + method + " #" + ++count + " " + what;
        }

        private boolean isLoadedHere(String used) {
            return used.startsWith("top/neuralbox/") && !used.equals(owner) && !used.equals(WAIT);
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            super.visitTypeInsn(opcode, type);
            if (opcode == Opcodes.NEW && isLoadedHere(type)) {
                use(type, "use of " + type);
            }
            if (opcode == Opcodes.NEW || opcode == Opcodes.ANEWARRAY) {
                // After it, because a frame may name the place of the instruction.
                need("new " + type);
            }
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            if (opcode == Opcodes.NEWARRAY) {
                need("new array");
            }
            super.visitIntInsn(opcode, operand);
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String type, Handle bootstrap, Object... arguments) {
            if (type.startsWith("()")) {
                // Linked once, and the same object ever after.
                String place = place("lambda " + name);
                use(place, place);
            } else {
                need("lambda " + name);
            }
            super.visitInvokeDynamicInsn(name, type, bootstrap, arguments);
        }

        @Override
        public void visitFieldInsn(int opcode, String used, String name, String type) {
            if (opcode == Opcodes.GETSTATIC && isLoadedHere(used)) {
                use(used, "use of " + used);
            }
            super.visitFieldInsn(opcode, used, name, type);
        }

        @Override
        public void visitMethodInsn(int opcode, String used, String name, String type, boolean isInterface) {
            if (owner.equals(WAIT) && name.equals("parkNanos")) {
                super.visitMethodInsn(opcode, POINTS, "pause", type, false);
                return;
            }
            if (opcode == Opcodes.INVOKESTATIC && isLoadedHere(used)) {
                use(used, "use of " + used);
            }
            super.visitMethodInsn(opcode, used, name, type, isInterface);
        }
    }
}
