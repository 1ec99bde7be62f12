import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Chat } from './Chat.jsx'
import { takeConversation } from './storage.js'
import './chat.css'

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <Chat saved={takeConversation()} />
  </StrictMode>,
)
