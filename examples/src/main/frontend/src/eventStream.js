/**
 * The data of each event of a response body, as it arrives (HTML standard, section 9.2.6). A character, a line and an
 * event may each be cut between two reads: the decoder keeps half a character, `rest` half a line, `data` half an
 * event.
 */
export async function* eventData(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let data = []
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      rest += value
      // A CR at the very end may be the first half of a CRLF.
      const whole = rest.endsWith('\r') ? rest.slice(0, -1) : rest
      const lines = whole.split(/\r\n|\r|\n/)
      rest = lines.pop() + rest.slice(whole.length)
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield data.join('\n')
          data = []
        } else if (line === 'data' || line.startsWith('data:')) {
          data.push(line.slice(5).replace(/^ /, ''))
        }
      }
    }
  } finally {
    // Whoever stops reading stops the answer, too.
    reader.cancel().catch(() => {})
  }
}
