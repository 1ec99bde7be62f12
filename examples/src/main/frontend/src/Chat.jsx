import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Announce } from './announce.js'
import { isComposing } from './composing.js'
import { asMarkdown, download } from './exportConversation.js'
import { Prompt } from './Prompt.jsx'
import { deleteConversation, lastConversation } from './storage.js'
import { Toolbar } from './Toolbar.jsx'
import { Turn } from './Turn.jsx'
import { useConversation } from './useConversation.js'
import { useFollowedLog } from './useFollowedLog.js'
import { useSaved } from './useSaved.js'
import { useSettings } from './useSettings.js'
import { Welcome } from './Welcome.jsx'

// What was being written before the last question was edited is kept aside.
const NO_DRAFT = { text: '', replaces: false, aside: '' }

/**
 * The page.
 *
 * @param saved the conversation of this tab, if it was reloaded; else null
 */
export function Chat({ saved }) {
  const { turns, phase, error, balance, ask, askAgain, stop, open } = useConversation(saved?.turns)
  const [id, setId] = useState(() => saved?.id ?? crypto.randomUUID())
  const [draft, setDraft] = useState(NO_DRAFT)
  const [chosen, setChosen] = useState(() => saved?.turns.at(-1)?.model)
  const [source, setSource] = useState(() => saved?.from ?? null)
  const [deleted, setDeleted] = useState(null)
  const [said, setSaid] = useState('')
  const settings = useSettings()
  const { log, goToEnd } = useFollowedLog()
  const field = useRef(null)
  const busy = phase !== 'ready'
  useSaved(
    id,
    turns,
    source,
    busy,
    useCallback(() => setSaid('This browser could not save the conversation.'), []),
  )

  const model = settings.models.includes(chosen) ? chosen : settings.models[0]
  const last = turns.at(-1)
  const empty = turns.length === 0
  const previous = useMemo(() => (empty ? lastConversation(id) : null), [empty, id])

  /** Asks, and gives the question back if its answer failed, unless the reader has begun to write another one. */
  async function run(asking, question) {
    setSaid('')
    setDeleted(null)
    goToEnd()
    field.current.focus()
    const { failed } = await asking(question, model)
    if (failed) setDraft((now) => (now.text === '' ? { ...NO_DRAFT, text: question, replaces: true } : now))
  }

  function send() {
    setDraft(afterReplacing(draft))
    run(draft.replaces ? askAgain : ask, draft.text.trim())
  }

  function retry() {
    if (draft.replaces) setDraft(afterReplacing(draft))
    run(askAgain, last.question)
  }

  function edit() {
    setDraft({ text: last.question, replaces: true, aside: draft.replaces ? draft.aside : draft.text })
    field.current.focus()
  }

  function keep() {
    setDraft(afterReplacing(draft))
    field.current.focus()
  }

  function stopAnswer() {
    if (!busy) return
    stop()
    field.current.focus()
  }

  useEffect(() => {
    // Of the document, because the focus may be on nothing.
    function onKeyDown(event) {
      if (event.key === 'Escape' && !isComposing(event)) stopAnswer()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })

  /**
   * Shows other turns, as a conversation of this tab alone.
   *
   * @param from the saved conversation whose turns they are, or null
   */
  function begin(others, deletedTurns, from) {
    setId(crypto.randomUUID())
    setSource(from)
    setDraft(NO_DRAFT)
    setSaid('')
    setDeleted(deletedTurns)
    open(others)
    goToEnd()
    field.current.focus()
  }

  function remove() {
    deleteConversation(id, source)
    begin([], turns, null)
  }

  function exportAll() {
    download(`neuralbox-chat-${new Date().toISOString().slice(0, 10)}.md`, asMarkdown(turns, settings.billing))
  }

  return (
    <Announce value={setSaid}>
      <div className="chat">
        <header>
          <h1>NeuralBox chat</h1>
          <Toolbar
            models={settings.models}
            model={model}
            onModel={setChosen}
            enabled={!empty && !busy}
            onNew={() => begin([], null, null)}
            onExport={exportAll}
            onDelete={remove}
          />
          {settings.local && (
            <p className="notice">No API key is set, so a local NeuralBox tells its stories. Its credits are not real.</p>
          )}
        </header>

        <main>
          <div ref={log} className="log" role="log" aria-label="Conversation" tabIndex={0}>
            {empty && <Welcome deleted={deleted} last={previous} onOpen={(others, from) => begin(others, null, from)} />}
            {turns.map((turn, index) => (
              <Turn
                key={index}
                turn={turn}
                showsBill={settings.billing}
                onEdit={turn === last && !busy ? edit : null}
                onRetry={turn === last && !busy ? retry : null}
              />
            ))}
          </div>
          {error && (
            <p className="error" role="alert">
              {error}
            </p>
          )}
          <Prompt
            field={field}
            draft={draft}
            busy={busy}
            onChange={(text) => setDraft({ ...draft, text })}
            onSend={send}
            onStop={stopAnswer}
            onKeep={keep}
          />
        </main>

        <footer>
          <span role="status">{said || statusOf(phase, last)}</span>
          {settings.billing && balance !== null && <span className="balance">Balance: {balance} credits</span>}
        </footer>
      </div>
    </Announce>
  )
}

/** The box after this draft: empty, or with what was kept aside. */
function afterReplacing(draft) {
  return { ...NO_DRAFT, text: draft.aside }
}

function statusOf(phase, last) {
  if (phase !== 'ready') return 'Generating…'
  return last?.ending === 'complete' ? 'Complete.' : ''
}
