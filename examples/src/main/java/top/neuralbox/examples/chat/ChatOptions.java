package top.neuralbox.examples.chat;

/**
 * What the person at the console sets.
 *
 * @param port 0 for a free one
 * @param billing whether the page shows credits and balance
 */
record ChatOptions(int port, boolean billing) {

    private static final int HIGHEST_PORT = 65_535;

    static final String HELP = """
            ./mvnw -q -Pchat serves a chat in the browser, on this machine alone. Ctrl-C stops it.

              -Dport=8080      the port; 0 takes a free one
              -Dbilling=true   whether the page shows what each answer costs, and the balance
              -Dhelp           prints this

              NEURALBOX_API_KEY    the key; without one, a local NeuralBox answers, whose credits are not real
              NEURALBOX_BASE_URL   a gateway in front of the service; it is used only with a key""";

    /**
     * @param port a number, as text
     * @param billing {@code true} or {@code false}
     * @throws IllegalArgumentException with a sentence for the person at the console
     */
    static ChatOptions parse(String port, String billing) {
        if (!billing.equals("true") && !billing.equals("false")) {
            throw new IllegalArgumentException("-Dbilling must be true or false, and is " + billing);
        }
        return new ChatOptions(port(port), Boolean.parseBoolean(billing));
    }

    private static int port(String text) {
        String wanted = "-Dport must be a number from 0 to " + HIGHEST_PORT + ", and is " + text;
        try {
            int port = Integer.parseInt(text);
            if (port < 0 || port > HIGHEST_PORT) {
                throw new IllegalArgumentException(wanted);
            }
            return port;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(wanted, e);
        }
    }
}
