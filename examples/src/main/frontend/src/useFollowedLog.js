import { useCallback, useLayoutEffect, useRef } from 'react'

/** Pixels, because the end may lie between two of them. */
const AT_END = 4
/** Pixels. The end may have moved on while the reader scrolled down to it. */
const NEARLY = 80

/**
 * Keeps the end of the log in view while the reader is there. A reader who scrolls up stays where they are until they come
 * back to the end, or ask the next question, for which the page calls `goToEnd`.
 */
export function useFollowedLog() {
  const log = useRef(null)
  const follows = useRef(true)

  useLayoutEffect(() => {
    const element = log.current
    let top = element.scrollTop
    function onScroll() {
      const below = element.scrollHeight - element.scrollTop - element.clientHeight
      // Only a move is the reader's wish: when the log grows, its end moves away too.
      if (below < AT_END || (element.scrollTop > top && below < NEARLY)) follows.current = true
      else if (element.scrollTop < top) follows.current = false
      top = element.scrollTop
    }
    const resized = new ResizeObserver(() => keepUp(element, follows))
    element.addEventListener('scroll', onScroll)
    resized.observe(element)
    return () => {
      element.removeEventListener('scroll', onScroll)
      resized.disconnect()
    }
  }, [])

  useLayoutEffect(() => keepUp(log.current, follows))

  const goToEnd = useCallback(() => {
    follows.current = true
  }, [])

  return { log, goToEnd }
}

function keepUp(element, follows) {
  if (follows.current) element.scrollTop = element.scrollHeight
}
