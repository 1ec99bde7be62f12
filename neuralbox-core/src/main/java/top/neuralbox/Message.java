package top.neuralbox;

import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user} or {@code assistant}; other roles are sent as they are
 * @param content what is said
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

    /** Instructions that stand above the conversation. */
    public static Message system(String content) {
        return new Message("system", content);
    }

    /** What the user says. */
    public static Message user(String content) {
        return new Message("user", content);
    }

    /** What the model said earlier. */
    public static Message assistant(String content) {
        return new Message("assistant", content);
    }

    /** The role and the length: a prompt does not belong in a log. */
    @Override
    public String toString() {
        return "Message[role=" + role + ", content=" + content.length() + " characters]";
    }
}
