// Looks at the built site as a reader does, from its files: node check.mjs [FOLDER FOR SCREENSHOTS [PAGE]...]
// With --links it follows the links alone, without a browser.
// It fails on what axe finds (best practices too), on a link or an anchor that leads nowhere, on a page that is wider than a
// phone, on an error of the browser, and on a search that does not find.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const site = resolve(import.meta.dirname, '..', 'target', 'site')
const linksAlone = process.argv.includes('--links')
const [shots, ...wanted] = process.argv.slice(2).filter((argument) => argument !== '--links')
const axe = readFileSync(join(import.meta.dirname, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8')
const pages = ['index.html', ...readdirSync(join(site, 'documents')).map((file) => `documents/${file}`)]
let findings = 0

function report(finding) {
  findings++
  console.error(finding)
}

/** The browser says this of each file that a page loads by itself, and there is nothing to do about it. */
const OF_FILES = /'file:' URLs are treated as unique|Cross origin requests|Failed to load resource: net::ERR_FAILED/

function checkLinks(page, html) {
  for (const [, href] of html.matchAll(/ (?:href|src)="([^"]*)"/g)) {
    if (/^[a-z]+:/.test(href)) continue
    const [path, anchor] = decodeURIComponent(href).split('#')
    const file = path ? join(dirname(join(site, page)), path) : join(site, page)
    if (!existsSync(file)) {
      report(`${page}: ${href} is missing`)
    } else if (anchor && file.endsWith('.html') && !readFileSync(file, 'utf8').includes(`id="${anchor}"`)) {
      report(`${page}: ${href} has no such place`)
    }
  }
}

async function look(browser, page, width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
  const tab = await context.newPage()
  const where = `${page}, ${width} px, ${colorScheme}`
  tab.on('pageerror', (error) => report(`${where}: ${error.message}`))
  tab.on('console', (line) => {
    if (line.type() === 'error' && !OF_FILES.test(line.text())) report(`${where}: ${line.text()}`)
  })
  await tab.goto(pathToFileURL(join(site, page)).href)
  await tab.waitForFunction(() => document.body.style.display !== 'none')
  const wider = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (wider > 0) report(`${where}: ${wider} px wider than the window`)
  await tab.evaluate(axe)
  const { violations } = await tab.evaluate(() => window.axe.run(document, { preload: false }))
  for (const { id, nodes } of violations) {
    report(`${where}: axe ${id}, ${nodes.length} times, first ${nodes[0].html.slice(0, 160)}`)
  }
  if (shots) await tab.screenshot({ path: join(shots, `${page.replace(/\W/g, '-')}-${width}-${colorScheme}.png`) })
  await context.close()
}

async function search(browser) {
  const tab = await browser.newPage()
  await tab.goto(pathToFileURL(join(site, 'documents', 'Browser.html')).href)
  await tab.click('#tsd-search-trigger')
  await tab.fill('#tsd-search-input', 'NotAStreamException')
  await tab.waitForSelector('#tsd-search-results a', { timeout: 10_000 })
  if (shots) await tab.screenshot({ path: join(shots, 'search.png') })
  const first = await tab.getAttribute('#tsd-search-results a', 'href')
  if (!existsSync(new URL(first, tab.url()))) report(`search: ${first} is missing`)
}

async function lookAtAll() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const views = [[1280, 'light'], [390, 'dark'], [1280, 'dark'], [390, 'light']]
  for (const page of wanted.length ? wanted : pages) {
    for (const [width, scheme] of views) {
      await look(browser, page, width, scheme)
    }
  }
  await search(browser)
  await browser.close()
}

pages.forEach((page) => checkLinks(page, readFileSync(join(site, page), 'utf8')))
if (!linksAlone) await lookAtAll()

console.log(`${pages.length} pages looked through, ${findings} findings`)
process.exit(findings ? 1 : 0)
