import { useEffect, useRef, useState } from 'react'
import { useConversation } from './useConversation.js'

export function Chat() {
  const { turns, phase, error, billing, ask, stop, clear } = useConversation()
  const settings = useSettings()
  const [model, setModel] = useState('')
  const log = useFollowedLog(turns, error)
  const busy = phase !== 'ready'

  return (
    <div className="chat" onKeyDown={(event) => event.key === 'Escape' && busy && stop()}>
      <header>
        <h1>NeuralBox chat</h1>
        <label>
          <span>Model</span>
          <select value={model || settings.models[0]} onChange={(event) => setModel(event.target.value)}>
            {settings.models.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button type="button" onClick={clear} disabled={turns.length === 0}>
          New
        </button>
      </header>

      {settings.local && (
        <p className="notice">No API key is set, so a local NeuralBox tells its stories. Its credits are not real.</p>
      )}

      <main ref={log} role="log" aria-label="Conversation" aria-busy={busy} tabIndex={0}>
        {turns.length === 0 && <p className="welcome">Ask for a story, an idea, an explanation.</p>}
        {turns.map((turn, index) => (
          <Turn key={index} turn={turn} />
        ))}
        {error && (
          <p className="error" role="alert">
            {error}
          </p>
        )}
      </main>

      <Prompt busy={busy} onAsk={(question) => ask(question, model || settings.models[0])} onStop={stop} />

      <footer>
        <span role="status">{status(phase, turns)}</span>
        {billing && (
          <span className="billing">
            {billing.used ?? '?'} credits used · balance {billing.balance ?? '?'}
          </span>
        )}
      </footer>
    </div>
  )
}

function Turn({ turn: { question, answer, ending } }) {
  return (
    <>
      <article className="question">
        <h2>You</h2>
        <p>{question}</p>
      </article>
      <article className="answer">
        <h2>Answer</h2>
        <p>
          {answer}
          {ending === null && <span className="cursor" aria-hidden="true" />}
        </p>
        {ending === 'stopped' && <p className="ending">Stopped.</p>}
        {ending === 'failed' && answer !== '' && <p className="ending">Incomplete.</p>}
      </article>
    </>
  )
}

function Prompt({ busy, onAsk, onStop }) {
  const [text, setText] = useState('')
  const field = useRef(null)

  function submit(event) {
    event.preventDefault()
    if (busy || text.trim() === '') return
    onAsk(text.trim())
    setText('')
  }

  function onKeyDown(event) {
    // While a word is being composed, Enter belongs to the input method.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event)
  }

  function stop() {
    onStop()
    field.current.focus()
  }

  return (
    <form onSubmit={submit}>
      <label htmlFor="prompt">Your message</label>
      <textarea
        id="prompt"
        ref={field}
        rows={2}
        maxLength={8000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Enter sends, Shift+Enter starts a line, Esc stops"
        autoFocus
      />
      {busy ? (
        <button type="button" className="stop" onClick={stop}>
          Stop
        </button>
      ) : (
        <button type="submit" disabled={text.trim() === ''}>
          Send
        </button>
      )}
    </form>
  )
}

function status(phase, turns) {
  if (phase !== 'ready') return 'Generating…'
  return turns.at(-1)?.ending === 'complete' ? 'Complete.' : ''
}

/** What the server offers; a plain set until it has told, and with a server that does not. */
function useSettings() {
  const [settings, setSettings] = useState({ models: ['gpt-5'], local: false })
  useEffect(() => {
    fetch('/api/chat/settings')
      // A server without settings may answer with JSON as well.
      .then((response) => (response.ok ? response.json() : Promise.reject(response)))
      .then(setSettings)
      .catch(() => {})
  }, [])
  return settings
}

/** Keeps the end of the log in view, unless the reader has scrolled up. */
function useFollowedLog(turns, error) {
  const log = useRef(null)
  const follows = useRef(true)
  useEffect(() => {
    const element = log.current
    const onScroll = () => {
      follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40
    }
    element.addEventListener('scroll', onScroll)
    return () => element.removeEventListener('scroll', onScroll)
  }, [])
  useEffect(() => {
    if (follows.current) log.current.scrollTop = log.current.scrollHeight
  }, [turns, error])
  return log
}
