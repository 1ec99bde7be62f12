import { useMemo, useState } from 'react'
import { markdown, MarkdownReader } from './markdown.jsx'

/**
 * An answer, which may still grow. Its finished blocks are parts of the conversation, so a screen reader reads each of
 * them once. It is not told of the block that still grows, which would be read at each word.
 */
export function Answer({ text, grows }) {
  const [reader] = useState(() => new MarkdownReader())
  const { finished, open } = useMemo(
    () => (grows ? reader.read(text) : { finished: markdown(text), open: null }),
    [reader, text, grows],
  )
  return (
    <>
      {finished}
      {grows && (
        <div className="growing" aria-live="off">
          {open}
          <span className="cursor" aria-hidden="true" />
        </div>
      )}
    </>
  )
}
