import { useReducer, useRef } from 'react'
import { generate } from './generate.js'

const EMPTY = { turns: [], phase: 'ready', error: null, billing: null }

/** The conversation so far, and what can be done to it. A turn is a question and as much of its answer as there is. */
export function useConversation() {
  const [state, dispatch] = useReducer(step, EMPTY)
  const running = useRef(null)

  async function ask(question, model) {
    const abort = new AbortController()
    running.current = abort
    dispatch({ type: 'asked', question })
    const messages = [...state.turns.flatMap(messagesOf), { role: 'user', content: question }]
    try {
      for await (const event of generate({ model, messages }, abort.signal)) {
        // After a click on Stop nothing more is shown, even if it has arrived already.
        if (abort.signal.aborted) return
        dispatch(event)
      }
      dispatch({ type: 'completed' })
    } catch (error) {
      if (!abort.signal.aborted) dispatch({ type: 'failed', message: error.message })
    }
  }

  function stop() {
    running.current?.abort()
    dispatch({ type: 'stopped' })
  }

  function clear() {
    running.current?.abort()
    dispatch({ type: 'cleared' })
  }

  return { ...state, ask, stop, clear }
}

function step(state, event) {
  switch (event.type) {
    case 'asked':
      return {
        ...state,
        turns: [...state.turns, { question: event.question, answer: '', ending: null }],
        phase: 'waiting',
        error: null,
      }
    case 'content_delta':
      return { ...change(state, (turn) => ({ ...turn, answer: turn.answer + event.delta })), phase: 'streaming' }
    case 'generation_end':
      return event.tokens_used === undefined && event.balance_remaining === undefined
        ? state
        : { ...state, billing: { used: event.tokens_used, balance: event.balance_remaining } }
    case 'completed':
      return { ...change(state, (turn) => ({ ...turn, ending: 'complete' })), phase: 'ready' }
    case 'stopped':
      if (state.phase === 'ready') return state
      return { ...change(state, (turn) => ({ ...turn, ending: 'stopped' })), phase: 'ready' }
    case 'failed':
      return { ...change(state, (turn) => ({ ...turn, ending: 'failed' })), phase: 'ready', error: event.message }
    case 'cleared':
      return EMPTY
    default:
      return state
  }
}

function change(state, edit) {
  return { ...state, turns: [...state.turns.slice(0, -1), edit(state.turns.at(-1))] }
}

/** A question without any answer is not asked again with the next one. */
function messagesOf({ question, answer }) {
  return answer.trim() === ''
    ? []
    : [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ]
}
