import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Converter, PageEvent, RendererEvent } from 'typedoc'

const root = resolve(import.meta.dirname, '..')
const out = join(root, 'target', 'site')
const javadoc = join(root, 'target', 'reports', 'apidocs')

/** The pages in the order of a reader. The pages for those who build the project follow. */
const sections = {
  Start: ['docs/getting-started.md', 'docs/README.md'],
  Read: ['docs/threading.md'],
  'Errors and money': [
    'docs/errors-and-billing.md',
    'docs/account-and-budget.md',
    'docs/picking-up.md',
    'docs/audit.md',
  ],
  'Time-outs and retries': ['docs/timeouts-and-retries.md', 'docs/circuit-breaker.md'],
  Transports: [
    'docs/transports.md',
    'neuralbox-transport-httpclient/README.md',
    'neuralbox-transport-vertx/README.md',
    'docs/neighbours.md',
  ],
  Browser: ['docs/browser.md'],
  Frameworks: ['docs/bridges.md', 'docs/langchain4j.md', 'docs/spring-ai.md', 'docs/kotlin.md'],
  Metrics: [
    'docs/metrics/README.md',
    'docs/metrics/wiring.md',
    'docs/metrics/meters.md',
    'docs/metrics/alerts.md',
    'docs/metrics/cardinality.md',
    'docs/metrics/cost.md',
  ],
  Testing: ['docs/testing.md', 'docs/recordings.md'],
  Operating: [
    'docs/operating.md',
    'docs/start-up.md',
    'docs/tuning.md',
    'docs/capacity.md',
    'neuralbox-budget-redis/README.md',
  ],
  Troubleshooting: ['docs/troubleshooting.md'],
  Compare: ['docs/comparison.md', 'benchmarks/README.md'],
  Project: ['CHANGELOG.md', 'SECURITY.md'],
  'For builders': [
    'CONTRIBUTING.md',
    'RATIONALE.md',
    'docs/engines.md',
    'docs/faults.md',
    'docs/releasing.md',
    'consumers/README.md',
  ],
}

const sectionOf = new Map(
  Object.entries(sections).flatMap(([section, pages]) => pages.map((page) => [page, section])),
)

for (const page of sectionOf.keys()) {
  if (!existsSync(join(root, page))) throw new Error(`${page} is in a section of the site, and does not exist`)
}
const pages = [
  ...readdirSync(root),
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((file) => join('docs', file)),
]
for (const page of pages) {
  if (page.endsWith('.md') && page !== 'README.md' && !sectionOf.has(page)) throw new Error(`${page} is in no section of the site`)
}

/** Gives each page its heading as a name, in place of its file's, and its section. */
function placePages(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (context, document) => {
    const file = `${document.name}.md`
    document.name = readFileSync(join(root, file), 'utf8').match(/^# (.+)$/m)[1].replaceAll('`', '')
    document.frontmatter.category = sectionOf.get(file)
  })
}

/** The reference of the module in this folder; null for another folder, because a site has no folders. */
function folderLink(folder, base) {
  const descriptor = join(root, folder, 'src/main/java/module-info.java')
  if (!existsSync(descriptor)) return null
  const module = readFileSync(descriptor, 'utf8').match(/module ([\w.]+) \{/)[1]
  const page = join(module, 'module-summary.html')
  return existsSync(join(javadoc, page)) ? `${base}api/${page}` : null
}

/** Mends what axe finds in the theme: landmarks, their names, the level of a heading, cells without a heading, a second title. */
function mendPages(app) {
  app.renderer.on(PageEvent.END, (page) => {
    const base = '../'.repeat(page.url.split('/').length - 1)
    page.contents = page.contents
      .replace('<div class="col-content">', '<div class="col-content" role="main">')
      .replace('<div class="col-sidebar">', '<div class="col-sidebar" role="complementary" aria-label="Pages">')
      .replace('<nav id="tsd-sidebar-links"', '<nav id="tsd-sidebar-links" aria-label="Reference"')
      .replaceAll('<th></th>', '<td></td>')
      .replace('<h3>Settings</h3>', '<h3 aria-level="2">Settings</h3>')
      .replace(/<div class="tsd-page-title">\s*<h1>[^<]*<\/h1><\/div>/, '')
      .replaceAll('href="api/index.html"', `href="${base}api/index.html"`)
      .replace(/<a href="(?:\.\.\/)*media\/(?!LICENSE|NOTICE)([\w-]+)">(.*?)<\/a>/gs, (link, folder, text) => {
        const target = folderLink(folder, base)
        return target ? `<a href="${target}">${text}</a>` : text
      })
  })
}

function addJavadoc(app) {
  app.renderer.on(RendererEvent.END, () => {
    if (existsSync(javadoc)) cpSync(javadoc, join(out, 'api'), { recursive: true })
  })
}

export default {
  name: 'NeuralBox for Java',
  basePath: root,
  entryPoints: [],
  projectDocuments: [...sectionOf.keys()].map((page) => join(root, page)),
  readme: join(root, 'README.md'),
  out,
  plugin: [placePages, mendPages, addJavadoc],
  customCss: 'site.css',
  categoryOrder: Object.keys(sections),
  navigation: { includeCategories: true },
  navigationLinks: { Reference: 'api/index.html' },
  searchInDocuments: true,
  includeHierarchySummary: false,
  visibilityFilters: {},
  hideGenerator: true,
  githubPages: false,
  disableGit: true,
  sourceLinkTemplate: '{path}',
  highlightLanguages: ['java', 'kotlin', 'xml', 'properties', 'yaml', 'json', 'js', 'http', 'nginx', 'lua', 'sh', 'text'],
  logLevel: 'Error',
}
