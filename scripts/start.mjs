import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm start` on a fresh clone: installs what is missing, then shows the product at work on the project's own Node. */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const onWindows = process.platform === 'win32'

function run(command, argv) {
  const { status, error } = spawnSync(command, argv, { cwd: root, stdio: 'inherit', shell: onWindows })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(join(root, 'node_modules/.package-lock.json'))) {
  console.log('Installing the development dependencies, once …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

// The runner's Node, where npm has a build for this machine; else whatever runs this, which then has to be new enough.
const own = join(root, 'node_modules/.bin/node')
if (!existsSync(own) && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Node 24 or later is needed here, and this is ${process.version}: there is no build of it on npm for ${process.platform}.`,
  )
  process.exit(1)
}
run(existsSync(own) ? own : process.execPath, [join('scripts', 'demo.ts')])
