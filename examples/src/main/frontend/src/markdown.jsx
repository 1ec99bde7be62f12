import DOMPurify from 'dompurify'
import { Marked } from 'marked'
import { createElement, Fragment } from 'react'
import { CodeBlock } from './CodeBlock.jsx'

/*
 * Turns Markdown into React elements, for text that a stranger may have had a hand in. HTML in it stays text. What Marked
 * makes of it passes DOMPurify, and of the result only the elements named here are made. The page itself is never given
 * HTML, which its content security policy (require-trusted-types-for) forbids.
 */
const ALLOWED = {
  ALLOWED_TAGS: [
    ...['a', 'blockquote', 'br', 'code', 'del', 'em', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre', 'strong'],
    ...['table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  ],
  ALLOWED_ATTR: ['class', 'href', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  RETURN_DOM_FRAGMENT: true,
}

/** The level of the heading above each answer. */
const LEVEL_ABOVE = 2

/** The level of the last heading. Marked's renderer has no place of its own for it. */
let level = LEVEL_ABOVE

const marked = new Marked({
  gfm: true,
  breaks: true,
  tokenizer: {
    // No HTML: neither blocks nor tags within a line. Returning nothing leaves it to the rules for text.
    html() {},
    tag() {},
  },
  renderer: {
    /** A screen reader lists headings: those of an answer begin below its own, and none skips a level. */
    heading({ tokens, depth }) {
      level = Math.min(depth + LEVEL_ABOVE, level + 1, 6)
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`
    },
    /** A picture would tell its server who reads the answer, so it is a link. */
    image({ href, text, tokens }) {
      const label = tokens ? this.parser.parseInline(tokens, this.parser.textRenderer) : text
      return this.link({ href, tokens: [{ type: 'text', raw: label, text: label || href, escaped: false }] })
    },
    checkbox({ checked }) {
      return checked ? '☑ ' : '☐ '
    },
  },
})

/**
 * Reads an answer block by block while it grows. A block that is followed by another one is finished and is not read
 * again, so the next piece of a long answer costs no more than that of a short one.
 */
export class MarkdownReader {
  #read = ''
  #finished = []
  #level = LEVEL_ABOVE

  /** The elements of the finished blocks, and that of the block which may still grow. The same text gives the same. */
  read(source) {
    const text = unixLines(source)
    if (!text.startsWith(this.#read)) this.#forget()
    const tokens = marked.lexer(text.slice(this.#read.length))
    const last = tokens.findLastIndex((token) => token.type !== 'space')
    level = this.#level
    for (const token of tokens.slice(0, Math.max(last, 0))) {
      this.#finished.push(block(token, this.#finished.length))
      this.#read += token.raw
    }
    this.#level = level
    const open = last < 0 ? null : block(tokens[last], this.#finished.length)
    return { finished: [...this.#finished], open }
  }

  #forget() {
    this.#read = ''
    this.#finished = []
    this.#level = LEVEL_ABOVE
  }
}

/** The elements of a complete answer, in which a link may be defined after its use. */
export function markdown(source) {
  level = LEVEL_ABOVE
  const text = unixLines(source)
  const tokens = marked.lexer(text)
  const last = tokens.findLastIndex((token) => token.type !== 'space')
  return tokens.slice(0, last + 1).map(block)
}

function unixLines(text) {
  return text.replace(/\r\n?/g, '\n')
}

function block(token, key) {
  if (token.type === 'space') return null
  const clean = DOMPurify.sanitize(marked.parser([token]), ALLOWED)
  return <Fragment key={key}>{childrenOf(clean)}</Fragment>
}

function childrenOf(node) {
  return [...node.childNodes].map(elementOf)
}

function elementOf(node, key) {
  if (node.nodeType === Node.TEXT_NODE) return isLineBreakBetweenBlocks(node) ? null : node.data
  const children = childrenOf(node)
  switch (node.localName) {
    case 'pre':
      return <CodeBlock key={key} code={node.textContent} language={languageOf(node.firstElementChild)} />
    case 'a':
      return (
        <a key={key} href={node.getAttribute('href')} target="_blank" rel="noopener noreferrer">
          {children}
        </a>
      )
    case 'table':
      return (
        <div key={key} className="table" role="group" aria-label="Table" tabIndex={0}>
          <table>{children}</table>
        </div>
      )
    case 'ol':
      return (
        <ol key={key} start={node.getAttribute('start') ?? undefined}>
          {children}
        </ol>
      )
    default:
      return createElement(node.localName, { key }, ...children)
  }
}

/** Marked puts line breaks between elements, too. */
function isLineBreakBetweenBlocks(text) {
  return /^\n+$/.test(text.data) && text.parentNode.localName !== 'p'
}

function languageOf(code) {
  return code?.className.match(/^language-(\S+)/)?.[1] ?? ''
}
