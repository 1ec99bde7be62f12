import { useEffect, useState } from 'react'

/** What the server offers; a plain set until it has answered, and with a server that has no settings. */
export function useSettings() {
  const [settings, setSettings] = useState({ models: ['gpt-5'], local: false, billing: false })
  useEffect(() => {
    fetch('/api/chat/settings')
      // A server without settings may answer with JSON as well.
      .then((response) => (response.ok ? response.json() : Promise.reject(response)))
      .then(setSettings)
      .catch(() => {})
  }, [])
  return settings
}
