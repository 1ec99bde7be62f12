package consumer

import java.math.BigDecimal
import top.neuralbox.GenerationEvent
import top.neuralbox.GenerationRequest
import top.neuralbox.NeuralBox
import top.neuralbox.testkit.local.LocalNeuralBox

/** A caller in Kotlin, to whom the annotations of nullness are types. */
object Application {
    @JvmStatic
    fun main(args: Array<String>) {
        LocalNeuralBox.start().use { service ->
            NeuralBox.builder().baseUri(service.uri()).apiKey(LocalNeuralBox.apiKey()).build().use { neuralBox ->
                println(stream(neuralBox))
            }
        }
    }

    private fun stream(neuralBox: NeuralBox): String {
        val text = StringBuilder()
        var credits: BigDecimal? = null
        neuralBox.stream(GenerationRequest.of("gpt-5", "robots")).use { events ->
            for (event in events) {
                // Sealed, so that no "else" is needed.
                when (event) {
                    is GenerationEvent.Start -> check(event.model() == "gpt-5")
                    is GenerationEvent.Delta -> text.append(event.text())
                    is GenerationEvent.End -> credits = event.billing().creditsUsed()
                    is GenerationEvent.Unknown -> error("unknown: ${event.type()}")
                }
            }
        }
        // creditsUsed() may be null, and Kotlin would not compile this without the "?.".
        check(credits?.toInt() == 3) { "another price: $credits" }
        check(text.startsWith("Here is a short story for “robots”.")) { "another text: $text" }
        return text.toString()
    }
}
