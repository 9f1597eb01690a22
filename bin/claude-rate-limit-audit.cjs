#!/usr/bin/env node
// A Node too old for the command has to be able to read this file: nothing newer than ES5 here, but for import() below.
var version = process.versions.node
var parts = version.split('.').map(Number)
// biome-ignore lint/style/useTemplate: as above.
var tooOld = 'error: claude-rate-limit-audit needs Node 22.19 or later, and this is Node ' + version + '.\n'
// What undici asks for, by which the command reaches the API.
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 19)) {
  process.stderr.write(tooOld)
  process.exitCode = 2
} else {
  import('../dist/desk.js')
}
