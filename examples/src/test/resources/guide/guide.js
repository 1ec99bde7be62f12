// Reads a stream as the service's guide shows it: each chunk decoded by itself and split at line ends, so that an event
// that is cut between two reads is lost, or breaks the page.
const output = document.querySelector('output')

document.querySelector('button').addEventListener('click', async () => {
  const response = await fetch('/api/chat', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ prompt: document.querySelector('input').value }),
  })
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  while (true) {
    const { done, value } = await reader.read()
    if (done) break
    const chunk = decoder.decode(value)
    for (const line of chunk.split('\n')) {
      if (line.startsWith('data: ') && line !== 'data: [DONE]') {
        const event = JSON.parse(line.slice(6))
        if (event.type === 'content_delta') output.textContent += event.delta
      }
    }
  }
  output.dataset.done = 'true'
})
