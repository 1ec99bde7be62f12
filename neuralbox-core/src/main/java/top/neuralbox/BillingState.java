package top.neuralbox;

/**
 * Whether a generation was charged.
 *
 * @since 0.1.0
 */
public enum BillingState {
    /** It is certain, or documented by the service, that nothing was charged. */
    NOT_CHARGED,
    /** The service said that the generation was charged. */
    CHARGED,
    /** The service may have generated and charged: look at the balance, and do not send the request again blindly. */
    UNKNOWN
}
