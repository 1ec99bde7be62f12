import { useEffect, useRef } from 'react'
import { leaveConversation, saveConversation, stayInConversation } from './storage.js'

const WHILE_IT_GROWS = 1000

/**
 * Saves the conversation whenever it rests, once a second while an answer grows, and when the page is left.
 *
 * @param from the saved conversation that was opened to begin this one, or null; its turns need no other place
 * @param onLost is called when it cannot be saved
 */
export function useSaved(id, turns, from, busy, onLost) {
  const latest = useRef({ id, turns, from })
  const timer = useRef(null)

  useEffect(() => {
    const changed = latest.current.turns !== turns && turns !== from?.turns
    latest.current = { id, turns, from }
    const save = () => {
      timer.current = null
      if (!saveLatest(latest.current)) onLost()
    }
    if (!busy) {
      clearTimeout(timer.current)
      if (changed) save()
    } else {
      timer.current ??= setTimeout(save, WHILE_IT_GROWS)
    }
  }, [id, turns, from, busy, onLost])

  useEffect(() => {
    function leave() {
      saveLatest(latest.current)
      leaveConversation(latest.current.id)
    }
    addEventListener('pagehide', leave)
    addEventListener('pageshow', stayInConversation)
    return () => {
      removeEventListener('pagehide', leave)
      removeEventListener('pageshow', stayInConversation)
    }
  }, [])
}

function saveLatest({ id, turns, from }) {
  return saveConversation(id, turns, from)
}
