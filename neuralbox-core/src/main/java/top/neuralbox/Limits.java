package top.neuralbox;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The size limits of one generation. Immutable. If a line, an event or the stream is too long, the generation ends with a
 * {@link StreamBrokenException}.
 *
 * @since 0.1.0
 */
public final class Limits {

    private static final Limits DEFAULTS = new Builder().build();

    private final int lineBytes;
    private final int eventBytes;
    private final long streamBytes;
    private final int errorBodyBytes;
    private final int answerBytes;
    private final int keptText;

    private Limits(Builder builder) {
        this.lineBytes = builder.lineBytes;
        this.eventBytes = builder.eventBytes;
        this.streamBytes = builder.streamBytes;
        this.errorBodyBytes = builder.errorBodyBytes;
        this.answerBytes = builder.answerBytes;
        this.keptText = builder.keptText;
    }

    /**
     * 1 MiB for a line, 4 MiB for an event, 64 MiB for a stream, 64 KiB for an error body, 1 MiB for an answer in JSON, and
     * 2<sup>20</sup> UTF-16 units of kept text.
     */
    public static Limits defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** The longest line of an event stream, in bytes. */
    public int lineBytes() {
        return lineBytes;
    }

    /** The longest data of one event, in bytes. */
    public int eventBytes() {
        return eventBytes;
    }

    /** The longest response body of a stream, in bytes. */
    public long streamBytes() {
        return streamBytes;
    }

    /** The most bytes of an error body that are read; the rest is ignored. */
    public int errorBodyBytes() {
        return errorBodyBytes;
    }

    /** The longest answer in JSON, in bytes. A longer one ends the call with an {@link UnexpectedResponseException}. */
    public int answerBytes() {
        return answerBytes;
    }

    /** The most text that is kept for {@link PartialGeneration} while a stream is read, in UTF-16 units; 0 keeps none. */
    public int keptText() {
        return keptText;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Limits that
                && lineBytes == that.lineBytes
                && eventBytes == that.eventBytes
                && streamBytes == that.streamBytes
                && errorBodyBytes == that.errorBodyBytes
                && answerBytes == that.answerBytes
                && keptText == that.keptText;
    }

    @Override
    public int hashCode() {
        return Objects.hash(lineBytes, eventBytes, streamBytes, errorBodyBytes, answerBytes, keptText);
    }

    @Override
    public String toString() {
        return "Limits[lineBytes=" + lineBytes + ", eventBytes=" + eventBytes + ", streamBytes=" + streamBytes
                + ", errorBodyBytes=" + errorBodyBytes + ", answerBytes=" + answerBytes + ", keptText=" + keptText
                + "]";
    }

    /**
     * Builds limits. Not thread-safe. Each method refuses a value below 1, but {@code keptText} accepts 0. {@code lineBytes}
     * and {@code eventBytes} refuse a value above 2<sup>30</sup>.
     */
    public static final class Builder {

        private static final int GREATEST_BUFFER = 1 << 30;

        private int lineBytes = 1 << 20;
        private int eventBytes = 4 << 20;
        private long streamBytes = 64L << 20;
        private int errorBodyBytes = 64 << 10;
        private int answerBytes = 1 << 20;
        private int keptText = 1 << 20;

        private Builder() {}

        /** Sets {@link Limits#lineBytes()}. */
        public Builder lineBytes(int lineBytes) {
            this.lineBytes = atMost("lineBytes", Math.toIntExact(atLeast(1, "lineBytes", lineBytes)));
            return this;
        }

        /** Sets {@link Limits#eventBytes()}. */
        public Builder eventBytes(int eventBytes) {
            this.eventBytes = atMost("eventBytes", Math.toIntExact(atLeast(1, "eventBytes", eventBytes)));
            return this;
        }

        /** Sets {@link Limits#streamBytes()}. */
        public Builder streamBytes(long streamBytes) {
            this.streamBytes = atLeast(1, "streamBytes", streamBytes);
            return this;
        }

        /** Sets {@link Limits#errorBodyBytes()}. */
        public Builder errorBodyBytes(int errorBodyBytes) {
            this.errorBodyBytes = Math.toIntExact(atLeast(1, "errorBodyBytes", errorBodyBytes));
            return this;
        }

        /** Sets {@link Limits#answerBytes()}. */
        public Builder answerBytes(int answerBytes) {
            this.answerBytes = Math.toIntExact(atLeast(1, "answerBytes", answerBytes));
            return this;
        }

        /** Sets {@link Limits#keptText()}. */
        public Builder keptText(int keptText) {
            this.keptText = Math.toIntExact(atLeast(0, "keptText", keptText));
            return this;
        }

        /** Builds the limits. */
        public Limits build() {
            return new Limits(this);
        }

        /** Checks that any virtual machine can allocate an array of this length. */
        private static int atMost(String what, int value) {
            if (value > GREATEST_BUFFER) {
                throw new IllegalArgumentException(what + " must be at most " + GREATEST_BUFFER + ": " + value);
            }
            return value;
        }

        private static long atLeast(int least, String what, long value) {
            if (value < least) {
                throw new IllegalArgumentException(what + " must be at least " + least + ": " + value);
            }
            return value;
        }
    }
}
