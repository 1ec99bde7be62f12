import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Everything stays a file of its own: the page's content security policy allows nothing inline.
export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})
