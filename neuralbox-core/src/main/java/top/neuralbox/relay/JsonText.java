package top.neuralbox.relay;

/**
 * Writes JSON in the service's own spelling, with a space after each colon and comma. A single surrogate, which UTF-8 cannot
 * represent, is written as an escape (RFC 8259, section 8.2). A reader that joins the pieces then gets the pair.
 */
final class JsonText {

    private static final String HEX = "0123456789abcdef";

    private final StringBuilder out = new StringBuilder("{");

    /** Adds a member whose value is a string. */
    JsonText string(String name, String value) {
        name(name).append('"');
        escape(value);
        out.append('"');
        return this;
    }

    /** Adds a member whose value is JSON. */
    JsonText raw(String name, Object json) {
        name(name).append(json);
        return this;
    }

    String end() {
        return out.append('}').toString();
    }

    private StringBuilder name(String name) {
        if (out.length() > 1) {
            out.append(", ");
        }
        return out.append('"').append(name).append("\": ");
    }

    private void escape(String value) {
        int at = 0;
        while (at < value.length()) {
            char unit = value.charAt(at++);
            if (unit == '"' || unit == '\\') {
                out.append('\\').append(unit);
            } else if (unit == '\n') {
                out.append("\\n");
            } else if (unit < ' ') {
                unit(unit);
            } else if (!Character.isSurrogate(unit)) {
                out.append(unit);
            } else if (at < value.length() && Character.isSurrogatePair(unit, value.charAt(at))) {
                out.append(unit).append(value.charAt(at++));
            } else {
                unit(unit);
            }
        }
    }

    private void unit(char unit) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt((unit >> shift) & 0xF));
        }
    }
}
