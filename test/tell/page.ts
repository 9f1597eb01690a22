import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import remarkGithub from 'remark-github'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

/**
 * Markdown as GitHub shows it, as near as published packages come: GFM with its autolinks, mentions, issue numbers and
 * commits as links, raw HTML parsed and then reduced to what GitHub's own sanitizer lets through.
 */
export async function renderHtml(markdown: string): Promise<string> {
  const file = await unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkGithub, { repository: 'acme/limits' })
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(rehypeRaw)
    .use(rehypeSanitize)
    .use(rehypeStringify)
    .process(markdown)
  return String(file)
}

const require = createRequire(import.meta.url)

/** A page that looks like GitHub's and draws the charts; it loads nothing but this project's own packages from disk. */
export async function renderPage(markdown: string, title: string): Promise<string> {
  const style = await readFile(require.resolve('github-markdown-css/github-markdown.css'), 'utf8')
  // The tiny build has all the charts that summaries draw; the whole of mermaid is 200 MB to install.
  const mermaid = pathToFileURL(require.resolve('@mermaid-js/tiny/dist/mermaid.tiny.js')).href
  const article = await renderHtml(markdown)
  // Nearly 3 MB of script, parsed only where there is something to draw.
  const load = article.includes('language-mermaid') ? `<script src="${mermaid}"></script>` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${style}
body { margin: 0; background: #f6f8fa; }
.markdown-body { max-width: 1012px; margin: 24px auto; padding: 24px; border: 1px solid #d1d9e0; border-radius: 6px; }
@media (prefers-color-scheme: dark) { body { background: #010409; } .markdown-body { border-color: #3d444d; } }
@media (max-width: 767px) { .markdown-body { margin: 0; padding: 16px; border: 0; border-radius: 0; } }
</style>
</head>
<body>
<article class="markdown-body">${article}</article>
${load}
<script>
// As GitHub does, by the colours of the page.
const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'default'
globalThis.mermaid?.initialize({ startOnLoad: false, theme })
const drawings = [...document.querySelectorAll('code.language-mermaid')].map(async (code, index) => {
  const { svg } = await mermaid.render('chart-' + index, code.textContent)
  code.parentElement.outerHTML = '<div class="chart">' + svg + '</div>'
})
Promise.all(drawings).then(
  () => document.documentElement.setAttribute('data-drawn', String(drawings.length)),
  (error) => document.documentElement.setAttribute('data-failed', String(error)),
)
</script>
</body>
</html>
`
}
