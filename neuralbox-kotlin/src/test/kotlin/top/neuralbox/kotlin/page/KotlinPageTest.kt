package top.neuralbox.kotlin.page

import java.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import top.neuralbox.BillingState
import top.neuralbox.GenerationEvent
import top.neuralbox.GenerationRequest
import top.neuralbox.NeuralBoxException
import top.neuralbox.kotlin.Carrier
import top.neuralbox.kotlin.assistant
import top.neuralbox.kotlin.events
import top.neuralbox.kotlin.generateSuspending
import top.neuralbox.kotlin.generationRequest
import top.neuralbox.kotlin.neuralBox
import top.neuralbox.kotlin.textDeltas
import top.neuralbox.kotlin.user
import top.neuralbox.testkit.local.Fault
import top.neuralbox.testkit.local.LocalNeuralBox

/** The examples of docs/kotlin.md, in a package of their own: like an application, they need the imports. */
@Timeout(60)
internal class KotlinPageTest {

    private val service = LocalNeuralBox.builder().deltas(listOf("An", " old", " silent", " pond")).start()
    private val neuralBox = Carrier.HTTPCLIENT.client(service)
    private val request: GenerationRequest = GenerationRequest.of("gpt-5", "Write a haiku")

    private val printed = StringBuilder()

    @AfterEach
    fun stop() {
        neuralBox.close()
        service.close()
    }

    @Test
    fun piecesAreAFlow() = runBlocking<Unit> {
        val pieces: Flow<String> = neuralBox.textDeltas(GenerationRequest.of("gpt-5", "Write a haiku"))
        pieces.collect { print(it) }

        assertThat(printed).hasToString("An old silent pond")
    }

    @Test
    fun wholeAnswerIsAwaited() = runBlocking<Unit> {
        val generation = neuralBox.generateSuspending(GenerationRequest.of("gpt-5", "Write a haiku"))
        println("${generation.text()} cost ${generation.billing().creditsUsed()} credits")

        assertThat(printed).hasToString("An old silent pond cost 3 credits\n")
    }

    @Test
    fun eventsHaveTheBill() = runBlocking<Unit> {
        neuralBox.events(request).collect { event ->
            when (event) {
                is GenerationEvent.Start -> println("${event.model()} answers")
                is GenerationEvent.Delta -> print(event.text())
                is GenerationEvent.End -> println(" cost ${event.billing().creditsUsed()} credits")
                is GenerationEvent.Unknown -> Unit
            }
        }

        assertThat(printed).hasToString("gpt-5 answers\nAn old silent pond cost 3 credits\n")
    }

    @Test
    fun clientAndRequestAreBuilt() {
        val transport = Carrier.HTTPCLIENT.transport
        val key = LocalNeuralBox.apiKey()

        val neuralBox = neuralBox {
            apiKey(key)
            transport(transport)
        }
        val request = generationRequest {
            model("gpt-5")
            system("You are a poet.")
            user("Write a haiku")
            assistant("An old silent pond")
            user("Another one")
            temperature(0.7)
        }

        assertThat(request.messages()).hasSize(3)
        neuralBox.close()
    }

    @Test
    fun operatorThatWantsNoMoreStopsThePaidStream() = runBlocking<Unit> {
        service.misbehave(Fault.endless())

        val beginning = neuralBox.textDeltas(request).take(2).toList()

        service.awaitDisconnect(Duration.ofSeconds(10))
        assertThat(beginning).containsExactly("An", " old")
    }

    @Test
    fun timeoutIsABound() = runBlocking<Unit> {
        withTimeout(30.seconds) {
            neuralBox.textDeltas(request).collect { print(it) }
        }

        assertThat(printed).hasToString("An old silent pond")
    }

    @Test
    fun bufferIsChosen() = runBlocking<Unit> {
        val exact = neuralBox.events(request, buffer = 0)

        assertThat(exact.toList()).hasSize(6)
    }

    @Test
    fun failureHasTheFacts() = runBlocking<Unit> {
        service.misbehave(Fault.withoutEnd())
        val shown = StringBuilder()

        try {
            neuralBox.textDeltas(request).collect { shown.append(it) }
        } catch (e: NeuralBoxException) {
            when (e.billingState()) {
                BillingState.NOT_CHARGED -> shown.append(" (nothing was charged, it may be sent again)")
                BillingState.CHARGED -> shown.append(" […] (paid)")
                BillingState.UNKNOWN -> shown.append(" […] (ask the service about ${e.partial().id()})")
            }
        }

        assertThat(shown).startsWith("An old silent pond […] (ask the service about ")
    }

    /** In place of Kotlin's own, so that the tests print nothing. */
    private fun print(text: String) {
        printed.append(text)
    }

    private fun println(line: String) = print(line + "\n")
}
