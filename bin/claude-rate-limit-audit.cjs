#!/usr/bin/env node
// A Node too old for the command has to be able to read this file: nothing newer than ES5 here, but for import() below.
var version = process.versions.node
// biome-ignore lint/style/useTemplate: as above.
var tooOld = 'error: claude-rate-limit-audit needs Node 22 or later, and this is Node ' + version + '.\n'
if (Number(version.split('.')[0]) < 22) {
  process.stderr.write(tooOld)
  process.exitCode = 2
} else {
  import('../dist/desk.js')
}
