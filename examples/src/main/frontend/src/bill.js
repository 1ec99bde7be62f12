/**
 * What is known of the price of an answer: `{ credits: "3" }` if the service told it, `NOT_CHARGED` if nothing can have
 * been charged, and `UNKNOWN` for everything else. Unknown is never shown as free.
 */
export const NOT_CHARGED = 'not charged'
export const UNKNOWN = 'unknown'

/** Refusals of which the client knows that no answer was generated. Every other failure may have a price. */
const REFUSED_UNCHARGED = new Set([
  'bad_request',
  'not_json',
  'overloaded',
  'rate_limit_exceeded',
  'request_too_large',
  'unavailable',
  'validation_error',
  'wrong_origin',
])

export function billOfEnd(event) {
  const credits = figure(event.tokens_used)
  return credits === null ? UNKNOWN : { credits }
}

export function billOfFailure(error) {
  return REFUSED_UNCHARGED.has(error.code) ? NOT_CHARGED : UNKNOWN
}

/** A number of credits as text; null if the service told none that makes sense. */
export function figure(value) {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? String(value) : null
}

/** The bill in two words, for each answer. */
export function billText(bill) {
  if (bill === NOT_CHARGED) return 'Not charged'
  if (bill === UNKNOWN) return 'Credits unknown'
  return bill.credits === '1' ? '1 credit' : `${bill.credits} credits`
}

/** Why an answer is not complete, and what that means for the bill if the reader may see bills. */
export function endingText({ ending, bill }, showsBill) {
  const what = {
    stopped: 'You stopped this answer.',
    failed: 'This answer is incomplete.',
    interrupted: 'The page was closed before this answer ended.',
  }[ending]
  if (!showsBill) return what
  return bill === NOT_CHARGED
    ? `${what} The service did not charge for it.`
    : `${what} The service may charge for it all the same, and its price is not known here.`
}
