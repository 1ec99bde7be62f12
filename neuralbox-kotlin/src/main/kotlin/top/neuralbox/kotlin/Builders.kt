package top.neuralbox.kotlin

import top.neuralbox.GenerationRequest
import top.neuralbox.Message
import top.neuralbox.NeuralBox

/**
 * Builds a client: `neuralBox { apiKey(key) }`.
 *
 * @since 0.1.0
 */
public inline fun neuralBox(configure: NeuralBox.Builder.() -> Unit): NeuralBox =
    NeuralBox.builder().apply(configure).build()

/**
 * Builds a request: `generationRequest { model("gpt-5"); user("Write a haiku") }`.
 *
 * @since 0.1.0
 */
public inline fun generationRequest(configure: GenerationRequest.Builder.() -> Unit): GenerationRequest =
    GenerationRequest.builder().apply(configure).build()

/**
 * Adds what the user said to the conversation.
 *
 * @since 0.1.0
 */
public fun GenerationRequest.Builder.user(text: String): GenerationRequest.Builder = message(Message.user(text))

/**
 * Adds what the model answered to the conversation.
 *
 * @since 0.1.0
 */
public fun GenerationRequest.Builder.assistant(text: String): GenerationRequest.Builder =
    message(Message.assistant(text))
