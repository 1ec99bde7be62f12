import { Answer } from './Answer.jsx'
import { billText, endingText } from './bill.js'
import { CopyButton } from './CopyButton.jsx'
import { PlainIfBroken } from './PlainIfBroken.jsx'

/** A question and its answer. `onEdit` and `onRetry` are there for the last turn of a conversation that rests. */
export function Turn({ turn, showsBill, onEdit, onRetry }) {
  return (
    <>
      <article className="question">
        <h2>You</h2>
        <p>{turn.question}</p>
        {onEdit && (
          <button type="button" className="quiet" onClick={onEdit}>
            Edit question
          </button>
        )}
      </article>
      <article className="answer">
        <h2>
          Answer<span className="model"> of {turn.model}</span>
        </h2>
        <PlainIfBroken text={turn.answer} grows={turn.ending === null}>
          <Answer text={turn.answer} grows={turn.ending === null} />
        </PlainIfBroken>
        <Ending turn={turn} showsBill={showsBill}>
          {onRetry && (
            <button type="button" className="quiet" onClick={onRetry}>
              Retry
            </button>
          )}
        </Ending>
        {turn.earlier.length > 0 && <Earlier attempts={turn.earlier} showsBill={showsBill} />}
      </article>
    </>
  )
}

/** How an answer ended, what it cost, and what can be done with it. */
function Ending({ turn, showsBill, children }) {
  if (turn.ending === null) return null
  return (
    <>
      {turn.ending !== 'complete' && <p className="ending">{endingText(turn, showsBill)}</p>}
      <div className="actions">
        {showsBill && <span className="bill">{billText(turn.bill)}</span>}
        {turn.answer !== '' && <CopyButton text={turn.answer} label="Copy answer" />}
        {children}
      </div>
    </>
  )
}

/** The attempts that were replaced. They may have been paid, so they are not thrown away. */
function Earlier({ attempts, showsBill }) {
  return (
    <details>
      <summary>{attempts.length === 1 ? '1 earlier attempt' : `${attempts.length} earlier attempts`}</summary>
      {attempts.map((attempt, index) => (
        <div key={index} className="attempt">
          <p className="asked">{attempt.question}</p>
          <PlainIfBroken text={attempt.answer} grows={false}>
            <Answer text={attempt.answer} grows={false} />
          </PlainIfBroken>
          <Ending turn={attempt} showsBill={showsBill} />
        </div>
      ))}
    </details>
  )
}
