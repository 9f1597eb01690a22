/**
 * Makes test/emulator/github/openapi.json: GitHub's published OpenAPI document, cut down to the operations the
 * emulator serves and to what validating them needs. The source package is 390 MB, so it is no dependency:
 *
 *   npm install --prefix "$(mktemp -d)" @octokit/openapi@23.0.2
 *   node scripts/trim-github-openapi.mjs <that folder>/node_modules/@octokit/openapi/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from 'node:fs'

const repository = '/repos/{owner}/{repo}'
const OPERATIONS = {
  [repository]: ['get'],
  [`${repository}/actions/workflows/{workflow_id}/runs`]: ['get'],
  [`${repository}/branches/{branch}`]: ['get'],
  [`${repository}/commits`]: ['get'],
  [`${repository}/commits/{ref}`]: ['get'],
  [`${repository}/compare/{basehead}`]: ['get'],
  [`${repository}/contents/{path}`]: ['get'],
  [`${repository}/git/blobs/{file_sha}`]: ['get'],
  [`${repository}/git/ref/{ref}`]: ['get'],
  [`${repository}/git/refs`]: ['post'],
  [`${repository}/git/refs/{ref}`]: ['patch', 'delete'],
  [`${repository}/git/trees/{tree_sha}`]: ['get'],
  [`${repository}/issues`]: ['get', 'post'],
  [`${repository}/issues/{issue_number}`]: ['patch'],
  [`${repository}/issues/{issue_number}/assignees`]: ['post'],
  [`${repository}/issues/{issue_number}/comments`]: ['get', 'post'],
  [`${repository}/issues/{issue_number}/labels`]: ['post'],
  [`${repository}/pulls`]: ['get', 'post'],
  [`${repository}/pulls/{pull_number}`]: ['get', 'patch'],
  [`${repository}/pulls/{pull_number}/requested_reviewers`]: ['post'],
}
const PROSE = new Set(['description', 'summary', 'externalDocs', 'examples', 'example', 'title', 'tags'])

const [source] = process.argv.slice(2)
if (!source) throw new Error('Give the path of api.github.com.json; the head of this script says where it comes from.')
const published = JSON.parse(readFileSync(source, 'utf8'))
const components = {}

/** A copy without prose; every component it refers to is kept too. `names` says that keys are names, not keywords. */
function keep(value, names = false) {
  if (Array.isArray(value)) return value.map((item) => keep(item))
  if (value === null || typeof value !== 'object') return value
  if (typeof value.$ref === 'string') {
    const [, , kind, name] = value.$ref.split('/')
    components[kind] ??= {}
    if (!(name in components[kind])) {
      components[kind][name] = null
      components[kind][name] = keep(published.components[kind][name])
    }
    return { $ref: value.$ref }
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => names || !(PROSE.has(key) || key.startsWith('x-')))
      .map(([key, item]) => [key, keep(item, !names && key === 'properties')]),
  )
}

const paths = Object.fromEntries(
  Object.entries(OPERATIONS).map(([path, methods]) => [
    path,
    Object.fromEntries(methods.map((method) => [method, keep(published.paths[path][method])])),
  ]),
)
const sorted = Object.fromEntries(
  Object.entries(components).map(([kind, entries]) => [
    kind,
    Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))),
  ]),
)
const { title, version, license } = published.info
const document = { openapi: published.openapi, info: { title, version, license }, paths, components: sorted }
writeFileSync(
  new URL('../test/emulator/github/openapi.json', import.meta.url),
  `${JSON.stringify(document, null, 1)}\n`,
)
