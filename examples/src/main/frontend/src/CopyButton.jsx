import { useContext, useEffect, useState } from 'react'
import { Announce } from './announce.js'

const SHOWN_FOR = 2000

/** Copies a text, and says whether that worked: on its face, and to a screen reader. */
export function CopyButton({ text, label }) {
  const [result, setResult] = useState('')
  const announce = useContext(Announce)

  useEffect(() => {
    if (result === '') return undefined
    const timer = setTimeout(() => {
      setResult('')
      // What was said since then stays.
      announce((now) => (now === sentence(result) ? '' : now))
    }, SHOWN_FOR)
    return () => clearTimeout(timer)
  }, [result, announce])

  async function copy() {
    const said = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Not copied',
    )
    setResult(said)
    announce(sentence(said))
  }

  // The label is its name all the time: a name that changes would be read as a part of the answer.
  return (
    <button type="button" className="quiet" aria-label={label} onClick={copy}>
      {result || label}
    </button>
  )
}

function sentence(result) {
  return `${result}.`
}
