package top.neuralbox;

import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role the speaker: {@code system}, {@code user} or {@code assistant}; other roles are sent unchanged
 * @param content the text
 * @since 0.1.0
 */
public record Message(String role, String content) {

    /**
     * Checks the parts.
     *
     * @throws NullPointerException if one is null
     * @throws IllegalArgumentException if the role is blank
     */
    public Message {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(content, "content");
        if (role.isBlank()) {
            throw new IllegalArgumentException("role must not be blank");
        }
    }

    /** Instructions for the whole conversation. */
    public static Message system(String content) {
        return new Message("system", content);
    }

    /** A message of the user. */
    public static Message user(String content) {
        return new Message("user", content);
    }

    /** An earlier answer of the model. */
    public static Message assistant(String content) {
        return new Message("assistant", content);
    }

    /** The role and the length. A prompt does not belong in a log. */
    @Override
    public String toString() {
        return "Message[role=" + role + ", content=" + content.length() + " characters]";
    }
}
