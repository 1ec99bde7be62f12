import { billOfEnd, billOfFailure, figure, NOT_CHARGED, UNKNOWN } from './bill.js'

/**
 * A conversation, and how events change it; no React, no network. A turn is a question with as much of its answer as
 * there is. Its `ending` is null while the answer is generated. `earlier` has the attempts that it replaced.
 */
export function begin(turns = []) {
  return { turns, phase: 'ready', error: null, balance: null }
}

export function step(state, event) {
  switch (event.type) {
    case 'asked':
      return asked(state, state.turns, event, [])
    case 'asked_again':
      return asked(state, state.turns.slice(0, -1), event, attemptsOf(state.turns.at(-1)))
    case 'content_delta':
      return { ...change(state, (turn) => ({ answer: turn.answer + event.delta })), phase: 'streaming' }
    case 'generation_end':
      return { ...change(state, () => ({ bill: billOfEnd(event) })), balance: figure(event.balance_remaining) }
    case 'completed':
      return { ...change(state, () => ({ ending: 'complete' })), phase: 'ready' }
    case 'stopped':
      return state.phase === 'ready' ? state : { ...change(state, endedAs('stopped', UNKNOWN)), phase: 'ready' }
    case 'failed': {
      const ended = change(state, endedAs('failed', billOfFailure(event.error)))
      return { ...ended, phase: 'ready', error: event.error.message }
    }
    case 'opened':
      return begin(event.turns)
    default:
      return state
  }
}

/** The messages that ask for the next answer. A question without any answer is not asked again with the next one. */
export function messagesFor(turns, question) {
  const soFar = turns
    .filter(({ answer }) => answer.trim() !== '')
    .flatMap(({ question, answer }) => [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ])
  return [...soFar, { role: 'user', content: question }]
}

function asked(state, before, { question, model }, earlier) {
  const turn = { question, model, answer: '', ending: null, bill: null, earlier }
  return { ...state, turns: [...before, turn], phase: 'waiting', error: null }
}

/** What a turn leaves to the one that replaces it: every attempt that has a text or may have a price. */
function attemptsOf({ earlier, ...attempt }) {
  const leavesNothing = attempt.answer === '' && attempt.bill === NOT_CHARGED
  return leavesNothing ? earlier : [...earlier, attempt]
}

/** A price that the service has told stays true, however the stream ends. */
function endedAs(ending, bill) {
  return (turn) => ({ ending, bill: turn.bill ?? bill })
}

function change(state, edit) {
  const last = state.turns.at(-1)
  return { ...state, turns: [...state.turns.slice(0, -1), { ...last, ...edit(last) }] }
}
