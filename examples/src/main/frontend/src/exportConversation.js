import { billText, endingText } from './bill.js'

/** The conversation as a Markdown file, with the attempts that were replaced. */
export function asMarkdown(turns, showsBill) {
  const parts = turns.flatMap((turn) => [
    ...turn.earlier.flatMap((attempt) => attemptLines(attempt, ', replaced', showsBill)),
    ...attemptLines(turn, '', showsBill),
  ])
  return ['# NeuralBox chat', ...parts].join('\n\n') + '\n'
}

function attemptLines(turn, replaced, showsBill) {
  const bill = showsBill && turn.bill !== null ? `, ${billText(turn.bill).toLowerCase()}` : ''
  const ending = turn.ending === 'complete' || turn.ending === null ? [] : [`*${endingText(turn, showsBill)}*`]
  return [`## You${replaced}`, turn.question, `## ${turn.model}${bill}${replaced}`, turn.answer, ...ending]
}

/** Hands a text to the browser as a download. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/markdown;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
