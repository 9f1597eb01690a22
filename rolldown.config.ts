import { fileURLToPath } from 'node:url'
import { defineConfig, type RolldownOptions } from 'rolldown'
import { builtins } from './scripts/builtins.ts'
import { licences } from './scripts/licences.ts'

/** One file, not minified: it is loaded without an install, and a reviewer can read its diff. */
const bundle = (input: string, name: string, licenceFile: string): RolldownOptions => ({
  input,
  platform: 'node',
  tsconfig: false,
  plugins: [builtins(), licences(licenceFile)],
  resolve: {
    alias: {
      // Less of it is loaded at the start.
      undici$: fileURLToPath(import.meta.resolve('./scripts/undici.mjs')),
      // The same parser as ES modules: what is not used of it stays out.
      yaml: fileURLToPath(import.meta.resolve('yaml/package.json').replace('package.json', 'browser/dist/index.js')),
    },
  },
  output: {
    file: `dist/${name}.js`,
    format: 'esm',
    codeSplitting: false,
    // Comments are a tenth of the file, nearly all of them other packages'; our own are in src.
    comments: { legal: true, annotation: false, jsdoc: false },
  },
})

// The two doors: the action, and the command on one's own desk.
export default defineConfig([
  bundle('src/index.ts', 'index', 'LICENSES.txt'),
  bundle('src/desk/desk.ts', 'desk', 'desk.LICENSES.txt'),
])
