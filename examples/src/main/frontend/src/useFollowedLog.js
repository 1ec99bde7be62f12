import { useCallback, useLayoutEffect, useRef } from 'react'

/** Pixels, because the end may lie between two of them. */
const AT_END = 4
/** Pixels. Who scrolls down to the end meets one that has moved on meanwhile. */
const NEARLY = 80

/**
 * Keeps the end of the log in view while the reader is there. Who scrolls up is left alone until they come back to the
 * end, or ask the next question, for which the page calls `goToEnd`.
 */
export function useFollowedLog() {
  const log = useRef(null)
  const follows = useRef(true)
  /** Where the page itself has left the log, so that only a move of the reader differs from it. */
  const top = useRef(0)

  useLayoutEffect(() => {
    const element = log.current
    function onScroll() {
      const below = element.scrollHeight - element.scrollTop - element.clientHeight
      // Only a move is the reader's wish: when the log grows, its end moves away too.
      if (element.scrollTop > top.current && below < NEARLY) follows.current = true
      else if (element.scrollTop < top.current && below >= AT_END) follows.current = false
      top.current = element.scrollTop
    }
    function onWheel(event) {
      // The scroll event comes a frame later. A render before it would take the log back to its end.
      if (event.deltaY < 0 && element.scrollTop > 0) follows.current = false
    }
    const resized = new ResizeObserver(() => keepUp(element, follows, top))
    element.addEventListener('scroll', onScroll)
    element.addEventListener('wheel', onWheel, { passive: true })
    resized.observe(element)
    return () => {
      element.removeEventListener('scroll', onScroll)
      element.removeEventListener('wheel', onWheel)
      resized.disconnect()
    }
  }, [])

  useLayoutEffect(() => keepUp(log.current, follows, top))

  const goToEnd = useCallback(() => {
    follows.current = true
  }, [])

  return { log, goToEnd }
}

function keepUp(element, follows, top) {
  if (!follows.current) return
  element.scrollTop = element.scrollHeight
  top.current = element.scrollTop
}
