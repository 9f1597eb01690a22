import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'
import { builtins } from './scripts/builtins.ts'
import { licences } from './scripts/licences.ts'

// One file, not minified: the runner loads it without an install, and a reviewer can read its diff.
export default defineConfig({
  input: 'src/index.ts',
  platform: 'node',
  tsconfig: false,
  plugins: [builtins(), licences()],
  resolve: {
    alias: {
      // Less of them is loaded at the start.
      '@actions/http-client$': fileURLToPath(import.meta.resolve('./scripts/http-client.mjs')),
      'http-client-itself': fileURLToPath(import.meta.resolve('@actions/http-client')),
      undici$: fileURLToPath(import.meta.resolve('./scripts/undici.mjs')),
      // The same parser as ES modules: what is not used of it stays out.
      yaml: fileURLToPath(import.meta.resolve('yaml/package.json').replace('package.json', 'browser/dist/index.js')),
    },
  },
  output: {
    file: 'dist/index.js',
    format: 'esm',
    codeSplitting: false,
    // Comments are a tenth of the file, nearly all of them other packages'; our own are in src.
    comments: { legal: true, annotation: false, jsdoc: false },
  },
})
