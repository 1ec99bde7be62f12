import { eventData } from './eventStream.js'

/** A failure whose message is meant for the reader. The code is the server's word for it, if the server gave one. */
export class ChatError extends Error {
  constructor(message, code) {
    super(message)
    this.code = code
  }
}

/**
 * Asks for an answer and yields its events until it is complete. It throws a ChatError if it is not, and an
 * AbortError if the signal is raised.
 */
export async function* generate(request, signal) {
  const response = await ask(request, signal)
  for await (const data of read(response, signal)) {
    if (data === '[DONE]') break
    const event = JSON.parse(data)
    if (event.type === 'error') throw new ChatError(event.message, event.code)
    yield event
    if (event.type === 'generation_end') return
  }
  throw new ChatError('The answer broke off. Please try again.')
}

async function ask(request, signal) {
  let response
  try {
    response = await fetch('/api/chat', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
      signal,
    })
  } catch (error) {
    throw signal.aborted ? error : new ChatError('The server cannot be reached. Please try again.')
  }
  if (!response.ok) {
    const refusal = await response.json().catch(() => ({}))
    throw new ChatError(refusal.message ?? `The server answered with status ${response.status}.`, refusal.error)
  }
  return response
}

async function* read(response, signal) {
  try {
    yield* eventData(response.body)
  } catch (error) {
    throw signal.aborted ? error : new ChatError('The connection was lost. Please try again.')
  }
}
