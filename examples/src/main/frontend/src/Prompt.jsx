import { useLayoutEffect } from 'react'
import { isComposing } from './composing.js'

/**
 * The box for the next question, with Send and Stop. They are two buttons, each in a place of its own, and both are
 * there all the time: a press of Stop that comes late finds Stop, which does nothing then, and never Send.
 */
export function Prompt({ field, draft, busy, onChange, onSend, onStop, onKeep }) {
  const sendable = !busy && draft.text.trim() !== ''

  useLayoutEffect(() => {
    // As high as its text; the style sheet says where that ends.
    const { style } = field.current
    style.height = 'auto'
    style.height = `${field.current.scrollHeight + field.current.offsetHeight - field.current.clientHeight}px`
  }, [field, draft.text])

  function submit(event) {
    event.preventDefault()
    if (sendable) onSend()
  }

  function onKeyDown(event) {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return
    // A key that is held down must not send what its first press has brought into the box.
    if (event.repeat) event.preventDefault()
    else submit(event)
  }

  return (
    <form onSubmit={submit}>
      <label htmlFor="prompt">Your message</label>
      <textarea
        id="prompt"
        ref={field}
        rows={2}
        maxLength={8000}
        placeholder="Your message"
        value={draft.text}
        aria-describedby="prompt-help"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p id="prompt-help" className="help">
        {draft.replaces ? (
          'Send replaces your last question.'
        ) : (
          <>
            <kbd>Enter</kbd> sends, <kbd>Shift+Enter</kbd> starts a line, <kbd>Esc</kbd> stops.
          </>
        )}
      </p>
      <div className="buttons">
        {draft.replaces && (
          <button key="keep" type="button" onClick={onKeep}>
            Do not replace
          </button>
        )}
        <button key="stop" type="button" className="stop" aria-disabled={!busy} onClick={onStop}>
          Stop
        </button>
        <button key="send" type="submit" className="send" disabled={!sendable}>
          Send
        </button>
      </div>
    </form>
  )
}
