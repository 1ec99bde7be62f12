/**
 * NeuralBox for <a href="https://docs.spring.io/spring-ai/reference/">Spring AI</a>: {@link
 * top.neuralbox.spring.ai.NeuralBoxChatModel} waits for an answer or streams it, with exact demand.
 *
 * <p><b>Credits are not tokens.</b> The service does not count tokens of the language model and does not say why an answer
 * ended, so the usage is empty and the finish reason is null. The bill is in {@link
 * top.neuralbox.spring.ai.NeuralBoxChatMetadata}.
 *
 * <p><b>What the service does not have is refused</b> with an {@link UnsupportedOperationException} that names it, before anything is
 * sent: tools, media, an output schema, {@code topP}, {@code topK}, stop sequences, and penalties.
 *
 * <p><b>Errors</b> are Spring AI's, with the {@link top.neuralbox.NeuralBoxException} as their cause, which has the facts of
 * the call: the charge, and the text so far. An error is a {@code TransientAiException} only if the service certainly did not
 * charge.
 */
@NullMarked
package top.neuralbox.spring.ai;

import org.jspecify.annotations.NullMarked;
