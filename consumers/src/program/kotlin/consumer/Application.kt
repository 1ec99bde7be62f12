package consumer

import java.math.BigDecimal
import java.time.Duration
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import top.neuralbox.GenerationEvent
import top.neuralbox.GenerationRequest
import top.neuralbox.NeuralBox
import top.neuralbox.kotlin.events
import top.neuralbox.kotlin.generateSuspending
import top.neuralbox.kotlin.generationRequest
import top.neuralbox.kotlin.neuralBox
import top.neuralbox.kotlin.textDeltas
import top.neuralbox.kotlin.user
import top.neuralbox.testkit.local.Fault
import top.neuralbox.testkit.local.LocalNeuralBox

/** A caller in Kotlin, to whom the annotations of nullness are types. */
object Application {
    private val REQUEST = generationRequest {
        model("gpt-5")
        user("robots")
    }

    @JvmStatic
    fun main(args: Array<String>) {
        ClassPath.check()
        LocalNeuralBox.start().use { service ->
            val client = neuralBox {
                baseUri(service.uri())
                apiKey(LocalNeuralBox.apiKey())
            }
            client.use {
                println(stream(it))
                runBlocking { coroutines(it, service) }
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

    private suspend fun coroutines(neuralBox: NeuralBox, service: LocalNeuralBox) {
        val text = neuralBox.generateSuspending(REQUEST).text()
        check(neuralBox.textDeltas(REQUEST).toList().joinToString("") == text) { "the flow is not the text" }
        check(neuralBox.events(REQUEST).toList().last() is GenerationEvent.End) { "no bill at the end" }

        service.misbehave(Fault.endless())
        val pieces = neuralBox.textDeltas(REQUEST).take(2).toList()
        check(pieces.size == 2) { "not two pieces: $pieces" }
        service.awaitNoOpenStreams(Duration.ofSeconds(1))
        println("two pieces were collected, and the paid stream stopped")
    }
}
