package top.neuralbox.kotlin

import java.net.URI
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Flow
import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource
import top.neuralbox.GenerationEvent
import top.neuralbox.GenerationListener
import top.neuralbox.GenerationOutcome
import top.neuralbox.NeuralBox
import top.neuralbox.testkit.fake.FakeAnswer
import top.neuralbox.testkit.fake.FakeTransport

/** What is asked for ahead of a collector: the buffer, and no more. */
@Timeout(60)
@OptIn(ExperimentalCoroutinesApi::class)
internal class DemandTest {

    @ParameterizedTest
    @ValueSource(ints = [0, 1, 2, 3, 16])
    fun collectorThatWorksOnAnEventHasAtMostTheBufferAhead(buffer: Int) = runTest {
        val publisher = GreedyPublisher()
        val arriving = EventsAhead(buffer)
        publisher.subscribe(arriving)

        for (taken in 1..100L) {
            assertThat(arriving.next()).isNotNull()

            assertThat(publisher.published - taken).isBetween(buffer / 2L, buffer.toLong())
        }
    }

    @Test
    fun collectorThatWaitsDoesNotHoldItsThread() = runTest {
        val publisher = SilentPublisher()
        val arriving = EventsAhead(0)
        publisher.subscribe(arriving)
        var taken: GenerationEvent? = null
        val waiting = launch { taken = arriving.next() }
        runCurrent()
        assertThat(waiting.isActive).isTrue()

        arriving.onNext(EVENT)
        waiting.join()

        assertThat(taken).isSameAs(EVENT)
    }

    @Test
    fun sixteenEventsAreReadAheadByDefault() = runBlocking<Unit> {
        val call = Call(deltas = 15)
        val collecting = launch { call.neuralBox.events(REQUEST).collect { awaitCancellation() } }

        // The collector holds the start; the pieces and the end are ahead of it.
        assertThat(call.awaitOutcome()).isEqualTo(GenerationOutcome.Kind.COMPLETED)

        collecting.cancelAndJoin()
    }

    @ParameterizedTest
    @ValueSource(ints = [0, 1, 16])
    fun whatIsNotAskedForStaysWithTheService(buffer: Int) = runBlocking<Unit> {
        // The client itself reads one event ahead.
        val call = Call(deltas = buffer + 1)
        val collecting = launch { call.neuralBox.events(REQUEST, buffer).collect { awaitCancellation() } }
        call.awaitEvents(buffer + 1)

        collecting.cancelAndJoin()

        assertThat(call.awaitOutcome()).isEqualTo(GenerationOutcome.Kind.CANCELLED)
    }

    @Test
    fun nothingIsSentBeforeSomebodyCollects() {
        val transport = FakeTransport()
        client(transport).use { it.textDeltas(REQUEST) }

        assertThat(transport.requests()).isEmpty()
    }

    @Test
    fun cancelledCoroutineSendsNothing() = runBlocking<Unit> {
        val transport = FakeTransport()
        client(transport).use { neuralBox ->
            val cancelled = launch {
                cancel()
                neuralBox.events(REQUEST).collect {}
            }
            cancelled.join()
            val alsoCancelled = launch {
                cancel()
                neuralBox.generateSuspending(REQUEST)
            }
            alsoCancelled.join()
        }

        assertThat(transport.requests()).isEmpty()
    }

    @Test
    fun negativeBufferIsRefusedAtTheCall() {
        client(FakeTransport()).use { neuralBox ->
            val refusal = assertThrows<IllegalArgumentException> { neuralBox.events(REQUEST, buffer = -1) }

            assertThat(refusal).hasMessage("the buffer must not be negative: -1")
        }
    }

    /** A client whose next call is answered by so many pieces, all of which are there at once. */
    private class Call(deltas: Int) {
        private val outcome = CompletableFuture<GenerationOutcome.Kind>()
        private val told = Semaphore(0)
        private val observer = object : GenerationListener.Observer {
            override fun begun(id: String?, model: String?) = told.release()

            override fun delta(chars: Int, bytes: Int, nanoTime: Long) = told.release()

            override fun ended(told: GenerationOutcome) {
                outcome.complete(told.kind())
            }
        }
        val neuralBox = client(FakeTransport().answer(answer(deltas)), { observer })

        suspend fun awaitOutcome(): GenerationOutcome.Kind = withContext(Dispatchers.IO) { outcome.get(20, TimeUnit.SECONDS) }

        suspend fun awaitEvents(count: Int) = withContext(Dispatchers.IO) {
            assertThat(told.tryAcquire(count, 20, TimeUnit.SECONDS)).isTrue()
        }

        private fun answer(deltas: Int): FakeAnswer = FakeAnswer.eventStream(
            "data: {\"type\": \"generation_start\", \"id\": \"gen_1\"}\n\n",
            *Array(deltas) { "data: {\"type\": \"content_delta\", \"delta\": \"a\"}\n\n" },
            "data: {\"type\": \"generation_end\", \"id\": \"gen_1\", \"tokens_used\": 3}\n\n",
            "data: [DONE]\n\n",
        )
    }

    /** Publishes whatever is asked for, at once. */
    private class GreedyPublisher : Flow.Publisher<GenerationEvent> {
        var published = 0L

        override fun subscribe(subscriber: Flow.Subscriber<in GenerationEvent>) =
            subscriber.onSubscribe(object : Flow.Subscription {
                override fun request(n: Long) {
                    published += n
                    repeat(n.toInt()) { subscriber.onNext(EVENT) }
                }

                override fun cancel() = Unit
            })
    }

    /** Publishes nothing by itself. */
    private class SilentPublisher : Flow.Publisher<GenerationEvent> {
        override fun subscribe(subscriber: Flow.Subscriber<in GenerationEvent>) =
            subscriber.onSubscribe(object : Flow.Subscription {
                override fun request(n: Long) = Unit

                override fun cancel() = Unit
            })
    }

    private companion object {
        fun client(transport: FakeTransport, vararg listeners: GenerationListener): NeuralBox = neuralBox {
            apiKey("nb_test")
            baseUri(URI.create("http://localhost"))
            transport(transport)
            listeners.forEach { listener(it) }
        }

        val REQUEST = generationRequest {
            model("gpt-5")
            user("hello")
        }
        val EVENT = GenerationEvent.Delta("a")
    }
}
