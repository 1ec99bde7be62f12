package top.neuralbox.kotlin

import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.TestCoroutineScheduler
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import top.neuralbox.BillingState
import top.neuralbox.GenerationEvent
import top.neuralbox.GenerationFailedException
import top.neuralbox.GenerationRequest
import top.neuralbox.RateLimitException
import top.neuralbox.StreamBrokenException
import top.neuralbox.testkit.local.Fault
import top.neuralbox.testkit.local.LocalNeuralBox
import top.neuralbox.testkit.local.LocalNeuralBox.Outcome

/** What a flow and a suspending call keep of a generation: cancellation, demand, the charge, the text so far. On whichever transport. */
@Timeout(60)
@OptIn(ExperimentalCoroutinesApi::class)
internal abstract class CoroutinesContract(private val carrier: Carrier) {

    private val service = LocalNeuralBox.builder().deltas(PIECES).start()
    private val neuralBox = carrier.client(service)

    @AfterEach
    fun stop() {
        neuralBox.close()
        service.close()
    }

    @Test
    fun eventsArriveInOrderUpToTheBill() = runBlocking<Unit> {
        val events = neuralBox.events(REQUEST).toList()

        assertThat(events.first()).isInstanceOf(GenerationEvent.Start::class.java)
        assertThat(events.filterIsInstance<GenerationEvent.Delta>().map { it.text() }).isEqualTo(PIECES)
        val end = events.last() as GenerationEvent.End
        assertThat(end.billing().creditsUsed()).isEqualByComparingTo("3")
    }

    @Test
    fun textDeltasAreTheText() = runBlocking<Unit> {
        assertThat(neuralBox.textDeltas(REQUEST).toList()).isEqualTo(PIECES)
    }

    @Test
    fun streamIsWholeWhateverTheBuffer() = runBlocking<Unit> {
        for (buffer in listOf(0, 1, 2, 3, Int.MAX_VALUE)) {
            assertThat(neuralBox.textDeltas(REQUEST, buffer).toList()).describedAs("buffer $buffer").isEqualTo(PIECES)
        }
    }

    @Test
    fun eachCollectionIsOneCall() = runBlocking<Unit> {
        val pieces = neuralBox.textDeltas(REQUEST)
        assertThat(service.requestCount()).isZero()

        pieces.toList()
        pieces.toList()

        assertThat(service.generations(Outcome.COMPLETED)).isEqualTo(2)
    }

    @Test
    fun generateSuspendsUntilTheWholeAnswerIsThere() = runBlocking<Unit> {
        val generation = neuralBox.generateSuspending(REQUEST)

        assertThat(generation.text()).isEqualTo(PIECES.joinToString(""))
        assertThat(generation.billing().creditsUsed()).isEqualByComparingTo("3")
    }

    @Test
    fun takeStopsThePaidStream() = runBlocking<Unit> {
        service.misbehave(Fault.endless())

        val taken = neuralBox.textDeltas(REQUEST).take(2).toList()

        assertThat(taken).isEqualTo(PIECES.take(2))
        assertThatThePaidStreamStopped()
    }

    @Test
    fun cancellationDuringTheHeadStopsThePaidStream() = runBlocking<Unit> {
        service.misbehave(Fault.stallBeforeHead())
        val collecting = launch(Dispatchers.Default) { neuralBox.events(REQUEST).collect {} }
        awaitRequest()

        collecting.cancelAndJoin()

        assertThatThePaidStreamStopped()
    }

    @Test
    fun cancellationOfASuspendedGenerateStopsThePaidStream() = runBlocking<Unit> {
        service.misbehave(Fault.stallBeforeHead())
        val generating = launch(Dispatchers.Default) { neuralBox.generateSuspending(REQUEST) }
        awaitRequest()

        generating.cancelAndJoin()

        assertThatThePaidStreamStopped()
    }

    @Test
    fun cancellationInsideAStallStopsThePaidStream() = runBlocking<Unit> {
        service.misbehave(STALL)
        val first = CompletableDeferred<String>()
        val collecting = launch { neuralBox.textDeltas(REQUEST).collect(first::complete) }
        assertThat(first.await()).isEqualTo(PIECES[0])

        collecting.cancelAndJoin()

        assertThatThePaidStreamStopped()
    }

    @Test
    fun timeoutInsideAStallStopsThePaidStream() {
        service.misbehave(STALL)
        val clock = TestCoroutineScheduler()
        val first = CompletableFuture<String>()
        val collecting = TestScope(UnconfinedTestDispatcher(clock)).async {
            runCatching { withTimeout(1.minutes) { neuralBox.textDeltas(REQUEST).collect(first::complete) } }
        }
        assertThat(first.get(LONG, TimeUnit.SECONDS)).isEqualTo(PIECES[0])
        assertThat(collecting.isCompleted).isFalse()

        clock.advanceTimeBy(1.minutes)
        clock.runCurrent()

        // The engine's thread may be on its way to the next wait, and ends the collector there.
        assertThat(runBlocking { collecting.await() }.exceptionOrNull()).isInstanceOf(TimeoutCancellationException::class.java)
        assertThatThePaidStreamStopped()
    }

    @Test
    fun failingSiblingStopsThePaidStream() = runBlocking<Unit> {
        service.misbehave(STALL)
        val first = CompletableDeferred<String>()

        val failure = assertThrows<IllegalStateException> {
            coroutineScope {
                launch { neuralBox.textDeltas(REQUEST).collect(first::complete) }
                launch {
                    first.await()
                    error("the sibling failed")
                }
            }
        }

        assertThat(failure).hasMessage("the sibling failed")
        assertThatThePaidStreamStopped()
    }

    @Test
    fun collectorThatThrowsGetsItsOwnExceptionAndStopsThePaidStream() = runBlocking<Unit> {
        service.misbehave(Fault.endless())
        val own = IllegalStateException("the collector failed")

        val thrown = assertThrows<IllegalStateException> { neuralBox.textDeltas(REQUEST).collect { throw own } }

        assertThat(thrown).isSameAs(own)
        assertThatThePaidStreamStopped()
    }

    @Test
    fun errorOfACollectorOnTheEnginesThreadLeavesTheEngineUnharmed() = runBlocking<Unit> {
        service.misbehave(Fault.endless())

        val thrown = assertThrows<NotImplementedError> {
            withContext(Dispatchers.Unconfined) { neuralBox.textDeltas(REQUEST).collect { TODO() } }
        }

        assertThat(thrown).hasMessageContaining("not implemented")
        assertThatThePaidStreamStopped()
        assertThat(neuralBox.generateSuspending(REQUEST).text()).isEqualTo(PIECES.joinToString(""))
    }

    @Test
    fun collectorRunsInItsOwnContext() = runBlocking<Unit> {
        val caller = Thread.currentThread()

        neuralBox.events(REQUEST).collect { assertThat(Thread.currentThread()).isSameAs(caller) }
    }

    @Test
    fun slowCollectorHoldsTheServiceBack() = runBlocking<Unit> {
        // 32 MiB; half of it would not fit into the kernel's buffers.
        val pieces = List(2_048) { "a".repeat(16 * 1024) }
        LocalNeuralBox.builder().deltas(pieces).start().use { large ->
            carrier.client(large).use { client ->
                val first = CompletableDeferred<Unit>()
                val goOn = CompletableDeferred<Unit>()
                var collected = 0
                val collecting = launch {
                    client.textDeltas(REQUEST).collect {
                        collected++
                        first.complete(Unit)
                        goOn.await()
                    }
                }
                first.await()

                // The clock: as much moves on another generation.
                client.generateSuspending(REQUEST)

                assertThat(large.deltasSent()).isLessThan(2_048 + 1_024)
                goOn.complete(Unit)
                collecting.join()
                assertThat(collected).isEqualTo(2_048)
            }
        }
    }

    @Test
    fun brokenStreamIsATypedErrorAfterThePiecesBeforeIt() = runBlocking<Unit> {
        service.misbehave(Fault.withoutEnd())
        val pieces = mutableListOf<String>()

        val broken = assertThrows<StreamBrokenException> { neuralBox.textDeltas(REQUEST).collect(pieces::add) }

        assertThat(pieces).isEqualTo(PIECES)
        assertThat(broken.partial().text()).isEqualTo(PIECES.joinToString(""))
        assertThat(broken.billingState()).isEqualTo(BillingState.UNKNOWN)
    }

    @Test
    fun refusalIsATypedErrorThatSaysWhenToComeBack() = runBlocking<Unit> {
        service.misbehaveAlways(Fault.rateLimited(Duration.ofMinutes(10)))

        val ofTheFlow = assertThrows<RateLimitException> { neuralBox.events(REQUEST).first() }
        val ofTheCall = assertThrows<RateLimitException> { neuralBox.generateSuspending(REQUEST) }

        for (refusal in listOf(ofTheFlow, ofTheCall)) {
            assertThat(refusal.retryAfter()).isEqualTo(Duration.ofMinutes(10))
            assertThat(refusal.billingState()).isEqualTo(BillingState.NOT_CHARGED)
        }
    }

    @Test
    fun generationThatFailsInTheStreamFailsTheSuspendedGenerateWithTheTextSoFar() = runBlocking<Unit> {
        service.misbehave(Fault.fail(2, "overloaded"))

        val failed = assertThrows<GenerationFailedException> { neuralBox.generateSuspending(REQUEST) }

        assertThat(failed.partial().text()).isEqualTo(PIECES.take(2).joinToString(""))
    }

    @Test
    fun clientThatClosesEndsTheFlowWithAnErrorAndNotWithACancellation() = runBlocking<Unit> {
        service.misbehave(STALL)
        val first = CompletableDeferred<String>()
        val collecting = async(Dispatchers.Default) {
            runCatching { neuralBox.textDeltas(REQUEST).collect(first::complete) }
        }
        first.await()

        neuralBox.close()

        // A CancellationException would end the coroutine in silence.
        assertThat(collecting.await().exceptionOrNull())
            .isNotNull()
            .isNotInstanceOf(CancellationException::class.java)
    }

    @Test
    fun coroutineThatWaitsForASiblingHoldsNothing() = runBlocking<Unit> {
        val waiting = launch { neuralBox.events(REQUEST).collect { awaitCancellation() } }

        // On the same thread: a collector that blocked it would keep this from running.
        assertThat(neuralBox.generateSuspending(REQUEST).text()).isEqualTo(PIECES.joinToString(""))

        waiting.cancelAndJoin()
    }

    /** The service gives no signal before it answers, which it does not here. */
    private fun awaitRequest() {
        val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG)
        while (service.requestCount() == 0L) {
            assertThat(System.nanoTime()).isLessThan(deadline)
            Thread.yield()
        }
    }

    private fun assertThatThePaidStreamStopped() {
        service.awaitDisconnect(SOON)
        assertThat(service.generations(Outcome.COMPLETED)).isZero()
    }

    private companion object {
        val PIECES = listOf("Here", " are", " three")
        val REQUEST: GenerationRequest = GenerationRequest.of("gpt-5", "hello")
        val SOON: Duration = Duration.ofSeconds(10)
        const val LONG = 20L

        /** The service holds back all that follows the first piece. */
        val STALL: Fault = Fault.stallAfter(135)
    }
}
