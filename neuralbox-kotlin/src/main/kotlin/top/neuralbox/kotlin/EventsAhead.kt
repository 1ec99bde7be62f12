package top.neuralbox.kotlin

import java.util.concurrent.Flow
import kotlinx.coroutines.channels.Channel
import top.neuralbox.GenerationEvent

/** A subscriber that asks for a few events ahead of the coroutine that takes them. */
internal class EventsAhead(buffer: Int) : Flow.Subscriber<GenerationEvent> {

    /** Never holds more than was asked for. */
    private val arrived = Channel<GenerationEvent>(Channel.UNLIMITED)

    /** Set before the publisher's `subscribe` returns. */
    private lateinit var subscription: Flow.Subscription

    /** The event that the coroutine waits for, and the buffer. */
    private val most = buffer + 1L

    /** Asking for each event alone would cost the engine a turn for each. */
    private val batch = (most + 1) / 2

    /** What may be asked for. Only the coroutine touches it. */
    private var unasked = most

    /** The next event; null at the end. */
    suspend fun next(): GenerationEvent? {
        if (unasked >= batch) {
            val asked = unasked
            unasked = 0
            subscription.request(asked)
        }
        val event = arrived.receiveCatching()
        event.exceptionOrNull()?.let { throw it }
        unasked++
        return event.getOrNull()
    }

    fun cancel() {
        subscription.cancel()
    }

    override fun onSubscribe(subscription: Flow.Subscription) {
        this.subscription = subscription
    }

    override fun onNext(event: GenerationEvent) {
        arrived.trySend(event)
    }

    override fun onError(error: Throwable) {
        arrived.close(error)
    }

    override fun onComplete() {
        arrived.close()
    }
}
