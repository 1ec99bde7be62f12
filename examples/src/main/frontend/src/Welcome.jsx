/** What an empty conversation offers: the one that was just deleted, or else the one before. */
export function Welcome({ deleted, last, onOpen }) {
  return (
    <div className="welcome">
      <p>Ask for a story, an idea, an explanation.</p>
      {deleted !== null ? (
        <p>
          The conversation is deleted from this browser.{' '}
          <button type="button" onClick={() => onOpen(deleted, null)}>
            Undo
          </button>
        </p>
      ) : (
        last !== null && (
          <p>
            <button type="button" onClick={() => onOpen(last.turns, last)}>
              Open last conversation
            </button>
          </p>
        )
      )}
    </div>
  )
}
