package top.neuralbox;

/** RFC 8259 read aloud, rule by rule: slow, recursive and independent of the parser that it judges. */
final class StrictJson {

    private final String text;
    private int at;

    private StrictJson(String text) {
        this.text = text;
    }

    /** Whether the text is a JSON object and nothing else. */
    static boolean isObject(String text) {
        StrictJson json = new StrictJson(text);
        try {
            json.space();
            json.object();
            json.space();
            return json.at == text.length();
        } catch (Unexpected | StringIndexOutOfBoundsException e) {
            return false;
        }
    }

    private void value() throws Unexpected {
        switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void object() throws Unexpected {
        expect('{');
        space();
        if (text.charAt(at) != '}') {
            member();
            while (text.charAt(at) == ',') {
                at++;
                space();
                member();
            }
        }
        expect('}');
    }

    private void member() throws Unexpected {
        string();
        space();
        expect(':');
        space();
        value();
        space();
    }

    private void array() throws Unexpected {
        expect('[');
        space();
        if (text.charAt(at) != ']') {
            value();
            space();
            while (text.charAt(at) == ',') {
                at++;
                space();
                value();
                space();
            }
        }
        expect(']');
    }

    private void string() throws Unexpected {
        expect('"');
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c < ' ') {
                throw new Unexpected();
            }
            if (c == '\\') {
                escape();
            }
        }
        at++;
    }

    private void escape() throws Unexpected {
        char c = text.charAt(at++);
        if (c == 'u') {
            for (int i = 0; i < 4; i++) {
                if ("0123456789abcdefABCDEF".indexOf(text.charAt(at++)) < 0) {
                    throw new Unexpected();
                }
            }
        } else if ("\"\\/bfnrt".indexOf(c) < 0) {
            throw new Unexpected();
        }
    }

    private void number() throws Unexpected {
        if (text.charAt(at) == '-') {
            at++;
        }
        int first = at;
        digits();
        if (text.charAt(first) == '0' && at > first + 1) {
            throw new Unexpected();
        }
        if (text.charAt(at) == '.') {
            at++;
            digits();
        }
        if (text.charAt(at) == 'e' || text.charAt(at) == 'E') {
            at++;
            if (text.charAt(at) == '+' || text.charAt(at) == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() throws Unexpected {
        int first = at;
        while (text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == first) {
            throw new Unexpected();
        }
    }

    private void word(String word) throws Unexpected {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
    }

    private void space() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char c) throws Unexpected {
        if (text.charAt(at++) != c) {
            throw new Unexpected();
        }
    }

    private static final class Unexpected extends Exception {}
}
