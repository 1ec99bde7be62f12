/**
 * Keeps conversations in this browser, and nowhere else. Each tab has its own, so two tabs do not overwrite each other.
 * A tab notes the name of its conversation when it is left, and takes the note back when it is loaded again: a copy of
 * a tab finds no note and begins anew.
 */
const PREFIX = 'neuralbox-chat.conversation.'
const NOTE = 'neuralbox-chat.tab'
const VERSION = 1
const MOST_KEPT = 20

/** The conversation of this tab, if it was reloaded. */
export function takeConversation() {
  return attempt(() => {
    const id = sessionStorage.getItem(NOTE)
    sessionStorage.removeItem(NOTE)
    const record = id === null ? null : read(PREFIX + id)
    return record === null ? null : { id, turns: record.turns, from: record.from ?? null }
  }, null)
}

export function leaveConversation(id) {
  attempt(() => sessionStorage.setItem(NOTE, id))
}

export function stayInConversation() {
  attempt(() => sessionStorage.removeItem(NOTE))
}

/**
 * Tells whether it could be saved: the browser may have no room for it, or may not allow it.
 *
 * @param from the saved conversation that was opened to begin this one, as `lastConversation` gave it, or null
 */
export function saveConversation(id, turns, from) {
  return attempt(() => {
    if (turns.length === 0) {
      localStorage.removeItem(PREFIX + id)
      return true
    }
    localStorage.setItem(PREFIX + id, record(turns, from))
    for (const { key } of kept().slice(MOST_KEPT)) localStorage.removeItem(key)
    return true
  }, false)
}

function record(turns, from) {
  const origin = from === null ? null : { id: from.id, saved: from.saved }
  return JSON.stringify({ version: VERSION, saved: Date.now(), turns, from: origin })
}

/** Deletes a conversation, and those that were opened to begin it, unless another tab has changed them since then. */
export function deleteConversation(id, from) {
  attempt(() => {
    localStorage.removeItem(PREFIX + id)
    for (let next = from; next; ) {
      const opened = read(PREFIX + next.id)
      if (opened === null || opened.saved !== next.saved) return
      localStorage.removeItem(PREFIX + next.id)
      next = opened.from
    }
  })
}

/** The conversation that was saved last, by whatever tab; null if there is none. */
export function lastConversation(exceptId) {
  return attempt(() => {
    const last = kept().find(({ key }) => key !== PREFIX + exceptId)
    return last === undefined
      ? null
      : { id: last.key.slice(PREFIX.length), saved: last.record.saved, turns: last.record.turns }
  }, null)
}

function kept() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => ({ key, record: read(key) }))
    .filter(({ record }) => record !== null)
    .sort((a, b) => b.record.saved - a.record.saved)
}

/** What is saved under a key, if this version of the page can read it. An answer that still grew was interrupted. */
function read(key) {
  try {
    const record = JSON.parse(localStorage.getItem(key))
    if (record.version !== VERSION || !record.turns.every(isTurn)) return null
    return { ...record, turns: record.turns.map(interrupted) }
  } catch {
    return null
  }
}

function isTurn(turn) {
  return [turn.question, turn.model, turn.answer].every((text) => typeof text === 'string') && Array.isArray(turn.earlier)
}

function interrupted(turn) {
  return turn.ending === null ? { ...turn, ending: 'interrupted', bill: turn.bill ?? 'unknown' } : turn
}

/** Storage may be switched off; then each use of it throws. */
function attempt(use, otherwise) {
  try {
    return use()
  } catch {
    return otherwise
  }
}
