package top.neuralbox.faults.servers;

/**
 * An interim response (RFC 9110, section 15.2).
 *
 * @param fields how many fields it has
 */
public record Interim(int status, int fields) {

    @Override
    public String toString() {
        return status + (fields == 0 ? "" : " with " + fields + " fields");
    }
}
