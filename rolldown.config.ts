import { fileURLToPath } from 'node:url'
import { defineConfig, type OutputOptions, type RolldownOptions } from 'rolldown'
import { licences } from './scripts/licences.ts'

/** Not minified: it is loaded without an install, and a reviewer can read its diff. */
const bundle = (input: string, licenceFile: string, output: OutputOptions): RolldownOptions => ({
  input,
  platform: 'node',
  tsconfig: false,
  // What nothing is used of stays out: nothing here has an effect by being loaded alone.
  treeshake: { moduleSideEffects: false },
  plugins: [licences(licenceFile)],
  resolve: {
    alias: {
      // Less of it is loaded at the start.
      undici$: fileURLToPath(import.meta.resolve('./scripts/undici.mjs')),
      // The same parser as ES modules: what is not used of it stays out.
      yaml: fileURLToPath(import.meta.resolve('yaml/package.json').replace('package.json', 'browser/dist/index.js')),
    },
  },
  output: {
    format: 'esm',
    // Comments are a tenth of the file, nearly all of them other packages'; our own are in src.
    comments: { legal: true, annotation: false, jsdoc: false },
    ...output,
  },
})

/**
 * The action: what every run needs is one file, and what is imported where it is first needed is one each. The entry
 * stands alone because it waits for the run, and a part that is loaded meanwhile would wait for the entry.
 */
const inParts: OutputOptions = {
  dir: 'dist',
  entryFileNames: 'index.js',
  chunkFileNames: '[name].js',
  codeSplitting: { groups: [{ name: 'audit', tags: ['$initial'], test: (id) => !id.endsWith('src/index.ts') }] },
}

// The two doors: the action, and the command on one's own desk.
export default defineConfig([
  bundle('src/index.ts', 'LICENSES.txt', inParts),
  bundle('src/desk/desk.ts', 'desk.LICENSES.txt', { file: 'dist/desk.js', codeSplitting: false }),
])
