import { useEffect, useRef } from 'react'
import { leaveConversation, saveConversation, stayInConversation } from './storage.js'

const WHILE_IT_GROWS = 1000

/**
 * Saves the conversation whenever it rests, once a second while an answer grows, and when the page is left.
 *
 * @param unchanged turns that are saved elsewhere already
 * @param onLost is called when it cannot be saved
 */
export function useSaved(id, turns, unchanged, busy, onLost) {
  const latest = useRef({ id, turns })
  const timer = useRef(null)

  useEffect(() => {
    const changed = latest.current.turns !== turns && turns !== unchanged
    latest.current = { id, turns }
    const save = () => {
      timer.current = null
      if (!saveConversation(latest.current.id, latest.current.turns)) onLost()
    }
    if (!busy) {
      clearTimeout(timer.current)
      if (changed) save()
    } else {
      timer.current ??= setTimeout(save, WHILE_IT_GROWS)
    }
  }, [id, turns, unchanged, busy, onLost])

  useEffect(() => {
    function leave() {
      saveConversation(latest.current.id, latest.current.turns)
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
