package top.neuralbox.kotlin

import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.future.await
import top.neuralbox.Generation
import top.neuralbox.GenerationEvent
import top.neuralbox.GenerationRequest
import top.neuralbox.NeuralBox
import top.neuralbox.NeuralBoxException

private const val DEFAULT_BUFFER = 16

/**
 * The events of a generation. The flow is cold: **each collection is one paid call**. A coroutine that is cancelled stops the paid
 * stream, and so does a collector that throws or an operator that wants no more, for example `take(2)`.
 *
 * Demand reaches the service. While the collector works on an event, at most [buffer] further ones are read; then the service is held
 * back. Operators that have a buffer of their own, for example `flowOn`, read 64 further ones.
 *
 * The collector runs in its own context, never on a thread of the engine unless its dispatcher is `Dispatchers.Unconfined`.
 *
 * A generation that does not complete ends with a [NeuralBoxException], after the events before it.
 *
 * @param buffer how many events are read ahead of the collector, 0 or more
 * @throws IllegalArgumentException if the buffer is negative
 * @since 0.1.0
 */
public fun NeuralBox.events(request: GenerationRequest, buffer: Int = DEFAULT_BUFFER): Flow<GenerationEvent> {
    require(buffer >= 0) { "the buffer must not be negative: $buffer" }
    val publisher = publish(request)
    return flow {
        // A coroutine that is cancelled already must not send a paid request.
        currentCoroutineContext().ensureActive()
        val arriving = EventsAhead(buffer)
        publisher.subscribe(arriving)
        try {
            while (true) {
                emit(arriving.next() ?: break)
            }
        } finally {
            arriving.cancel()
        }
    }
}

/**
 * The pieces of text of a generation. As [events], without the bill.
 *
 * @param buffer how many events are read ahead of the collector, 0 or more
 * @throws IllegalArgumentException if the buffer is negative
 * @since 0.1.0
 */
public fun NeuralBox.textDeltas(request: GenerationRequest, buffer: Int = DEFAULT_BUFFER): Flow<String> =
    events(request, buffer).filterIsInstance<GenerationEvent.Delta>().map { it.text() }

/**
 * Generates the whole answer, and suspends until it is there. A coroutine that is cancelled stops the paid generation. (The member
 * `generate` blocks its thread.)
 *
 * @throws NeuralBoxException if the generation does not complete
 * @since 0.1.0
 */
public suspend fun NeuralBox.generateSuspending(request: GenerationRequest): Generation {
    currentCoroutineContext().ensureActive()
    return generateAsync(request).await()
}
