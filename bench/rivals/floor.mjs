import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

// The least that any client has to do with what it gets. Prints milliseconds of CPU; the reading from disk is not in it.

const folder = process.env.BODIES
const bodies = readdirSync(folder).map((name) => ({
  bytes: readFileSync(join(folder, name)),
  zipped: name.endsWith('.gzip'),
}))

const before = process.cpuUsage()
for (const { bytes, zipped } of bodies) JSON.parse((zipped ? gunzipSync(bytes) : bytes).toString('utf8'))
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1000)
