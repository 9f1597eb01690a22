import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { slackAsText } from '../src/tell/slack/as-text.ts'
import { EXAMPLES, type Example } from '../test/tell/examples.ts'
import { renderPage } from '../test/tell/page.ts'
import { renderExample } from '../test/tell/renderings.ts'

/** Renders every example report to preview/, for whoever changes a text to look at. */

const FOLDER = fileURLToPath(new URL('../preview/', import.meta.url))

await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })

for (const [name, example] of Object.entries(EXAMPLES) as [string, Example][]) {
  const { slack, summary, pullRequest, commit } = renderExample(example)
  const proposal = pullRequest && `# ${pullRequest.title}\n\n${pullRequest.body}\n`
  const files = {
    'slack.json': `${JSON.stringify(slack, null, 2)}\n`,
    'slack.txt': slackAsText(slack),
    'summary.md': summary,
    'summary.html': await renderPage(summary, `Job summary: ${name}`),
    ...(proposal && {
      'pull-request.md': proposal,
      'pull-request.html': await renderPage(proposal, `Pull request: ${name}`),
    }),
    ...(commit && { 'commit.txt': `${commit.headline}\n\n${commit.body}\n` }),
  }
  for (const [file, text] of Object.entries(files)) await writeFile(join(FOLDER, `${name}.${file}`), text)
}

console.log(
  `${Object.keys(EXAMPLES).length} examples are in ${FOLDER}: open the .html files in a browser, read the .txt files.`,
)
