/**
 * NeuralBox for <a href="https://docs.langchain4j.dev/">LangChain4j</a>: {@link top.neuralbox.langchain4j.NeuralBoxChatModel}
 * waits for an answer or returns a future. {@link top.neuralbox.langchain4j.NeuralBoxStreamingChatModel} streams an answer to a
 * handler, or to a subscriber with exact demand.
 *
 * <p><b>Credits are not tokens.</b> The service does not count tokens of the language model and does not say why an answer
 * ended, so {@code tokenUsage()} and {@code finishReason()} are null. The bill is in {@link
 * top.neuralbox.langchain4j.NeuralBoxChatResponseMetadata}.
 *
 * <p><b>What the service does not have is refused</b> with an {@code UnsupportedFeatureException} that names it, before
 * anything is sent: tools, images, audio, video, files, JSON as the response format, {@code topP}, {@code topK}, stop
 * sequences, penalties, and names of users.
 *
 * <p><b>Errors</b> are LangChain4j's, with the {@link top.neuralbox.NeuralBoxException} as their cause, which has the facts of
 * the call: the charge, and the text so far. An error is a {@code RetriableException} only if the service certainly did not
 * charge.
 */
@NullMarked
package top.neuralbox.langchain4j;

import org.jspecify.annotations.NullMarked;
