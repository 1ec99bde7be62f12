import { CopyButton } from './CopyButton.jsx'

/** Code in an answer. It scrolls by itself, so it takes the focus for the arrow keys. */
export function CodeBlock({ code, language }) {
  return (
    <div className="code">
      <div className="code-head">
        <span>{language || 'code'}</span>
        <CopyButton text={code} label="Copy code" />
      </div>
      <pre role="group" aria-label={language === '' ? 'Code' : `Code, ${language}`} tabIndex={0}>
        <code>{code}</code>
      </pre>
    </div>
  )
}
