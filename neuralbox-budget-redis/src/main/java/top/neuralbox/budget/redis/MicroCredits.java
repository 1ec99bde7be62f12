package top.neuralbox.budget.redis;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Converts credits to the integers that Redis counts, in millionths. Lua compares them as doubles, so a figure that is not
 * exact as a double is refused.
 */
final class MicroCredits {

    /** The number of decimals that are kept. */
    static final int SCALE = 6;

    /** The largest integer up to which doubles are exact, in millionths: about nine thousand million credits. */
    private static final BigInteger LARGEST = BigInteger.ONE.shiftLeft(53).subtract(BigInteger.ONE);

    private MicroCredits() {}

    /**
     * The integer in decimal digits.
     *
     * @throws IllegalArgumentException if the credits are negative, too many, or have more decimals than are kept
     */
    static String of(BigDecimal credits) {
        // Checked before it is scaled: a number like 1e1000000000 would fill the memory.
        if (credits.signum() < 0 || credits.precision() - (long) credits.scale() > 16) {
            throw new IllegalArgumentException("credits must be from 0 to 9007199254.740991");
        }
        if (credits.signum() == 0) {
            return "0";
        }
        if (credits.stripTrailingZeros().scale() > SCALE) {
            throw new IllegalArgumentException("credits must not have more than " + SCALE + " decimals");
        }
        BigInteger micros = credits.setScale(SCALE).unscaledValue();
        if (micros.compareTo(LARGEST) > 0) {
            throw new IllegalArgumentException("credits must be from 0 to 9007199254.740991");
        }
        return micros.toString();
    }

    static BigDecimal parse(Object micros) {
        BigDecimal credits = new BigDecimal(new BigInteger(micros.toString()), SCALE).stripTrailingZeros();
        return credits.scale() < 0 ? credits.setScale(0) : credits;
    }
}
