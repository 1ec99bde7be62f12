import { createContext } from 'react'

/** Says a sentence to those who use a screen reader, without moving the focus. */
export const Announce = createContext(() => {})
