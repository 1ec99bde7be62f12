import { useReducer, useRef } from 'react'
import { flushSync } from 'react-dom'
import { begin, messagesFor, step } from './conversation.js'
import { generate } from './generate.js'
import { paced } from './pace.js'

/** The conversation so far, and what can be done to it. One answer is generated at a time. */
export function useConversation(saved) {
  const [state, dispatch] = useReducer(step, saved, begin)
  const running = useRef(null)

  /** Asks, and tells whether the answer failed. */
  function ask(question, model) {
    return run(state.turns, { type: 'asked', question, model })
  }

  /** Asks anew in place of the last question. */
  function askAgain(question, model) {
    return run(state.turns.slice(0, -1), { type: 'asked_again', question, model })
  }

  async function run(before, asked) {
    if (running.current !== null) return { failed: false }
    const abort = new AbortController()
    const text = paced((delta) => flushSync(() => dispatch({ type: 'content_delta', delta })))
    running.current = { abort, text }
    dispatch(asked)
    try {
      const request = { model: asked.model, messages: messagesFor(before, asked.question) }
      for await (const event of generate(request, abort.signal)) {
        // After a press of Stop nothing more is shown, even if it has arrived already.
        if (abort.signal.aborted) return { failed: false }
        if (event.type === 'content_delta') {
          text.add(event.delta)
        } else {
          text.flush()
          dispatch(event)
        }
      }
      dispatch({ type: 'completed' })
      return { failed: false }
    } catch (error) {
      if (abort.signal.aborted) return { failed: false }
      text.flush()
      dispatch({ type: 'failed', error })
      return { failed: true }
    } finally {
      if (running.current?.abort === abort) running.current = null
    }
  }

  /** Stops the answer that is generated, and keeps its text so far. It does nothing if there is none. */
  function stop() {
    running.current?.text.flush()
    halt()
    dispatch({ type: 'stopped' })
  }

  /** Shows another conversation. */
  function open(turns) {
    halt()
    dispatch({ type: 'opened', turns })
  }

  function halt() {
    running.current?.abort.abort()
    running.current?.text.drop()
    running.current = null
  }

  return { ...state, ask, askAgain, stop, open }
}
