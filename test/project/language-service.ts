import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { validate as Validate } from '@actions/languageservice'
import { rolldown } from 'rolldown'
import { parse } from 'yaml'

type Bundle = {
  validate: typeof Validate
  TextDocument: { create(uri: string, language: string, version: number, text: string): Parameters<typeof Validate>[0] }
}

/** A finding of GitHub's own checker, as "line: message". */
export type Finding = string

export type Checker = {
  /** Checks a workflow, or an action's metadata where `path` ends in action.yml. Empty means nothing to complain about. */
  check(path: string, text: string): Promise<Finding[]>
}

/**
 * GitHub's language service, the one behind the editor extension. It imports JSON without an import attribute, which
 * Node refuses, so it is bundled once into a temporary folder.
 *
 * @param isOurs tells whether `owner/name` is this action; only then the inputs of a step are checked, against action.yml.
 */
export async function loadChecker(isOurs: (repository: string) => boolean): Promise<Checker> {
  const { validate, TextDocument } = await bundled()
  const metadata = parse(await readFile('action.yml', 'utf8'))
  let checked = 0
  return {
    async check(path, text) {
      // The service remembers what it parsed by address: the same address twice would check the first text twice.
      checked += 1
      const document = TextDocument.create(`file:///${checked}/${path}`, 'yaml', 0, text)
      const diagnostics = await validate(document, {
        actionsMetadataProvider: {
          async fetchActionMetadata({ owner, name }) {
            // Without `inputs` the service checks the form of the reference only.
            return isOurs(`${owner}/${name}`) ? metadata : { name, description: name }
          },
        },
        fileProvider: {
          async getFileContent(reference) {
            // Our own reusable workflow, named locally or by its repository, is the file in this tree.
            const file = reference.path
            return { name: file, content: await readFile(file, 'utf8') }
          },
        },
      })
      return diagnostics.map(({ range, message }) => `${range.start.line + 1}: ${message}`)
    },
  }
}

async function bundled(): Promise<Bundle> {
  const entry = '\0checker'
  const folder = await mkdtemp(join(tmpdir(), 'language-service-'))
  try {
    const build = await rolldown({
      input: entry,
      platform: 'node',
      logLevel: 'silent',
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === entry ? entry : null),
          load: (id) =>
            id === entry
              ? "export { validate } from '@actions/languageservice'; export { TextDocument } from 'vscode-languageserver-textdocument'"
              : null,
        },
      ],
    })
    const file = join(folder, 'checker.mjs')
    await build.write({ file, format: 'esm', codeSplitting: false })
    await build.close()
    return await import(pathToFileURL(file).href)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
