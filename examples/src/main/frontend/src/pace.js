const FRAME = 16
const REST = 4

/**
 * Gathers the pieces of an answer and hands them on together, once a frame at most. After each time it rests four times
 * as long as that took. So a page that shows a long answer stays able to react, even on a slow machine.
 */
export function paced(handOn) {
  let gathered = ''
  let timer = null
  let rest = 0

  function flush() {
    clearTimeout(timer)
    timer = null
    if (gathered === '') return
    const text = gathered
    gathered = ''
    const began = performance.now()
    handOn(text)
    rest = Math.max(FRAME, REST * (performance.now() - began))
  }

  return {
    add(piece) {
      gathered += piece
      timer ??= setTimeout(flush, rest)
    },
    flush,
    drop() {
      clearTimeout(timer)
      gathered = ''
    },
  }
}
