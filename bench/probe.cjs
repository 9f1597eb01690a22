// Goes before a script by --require and writes what its process cost to the file PROBE names, when it ends.
const { readFileSync, writeFileSync } = require('node:fs')
const { subscribe } = require('node:diagnostics_channel')

let firstRequest = null
subscribe('undici:request:create', () => {
  firstRequest ??= performance.now()
})

process.on('exit', () => {
  const ended = performance.now()
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const cost = {
    cpu: (userCPUTime + systemCPUTime) / 1000,
    memory: peakOf(maxRSS * 1024),
    untilFirstRequest: firstRequest,
    untilEnd: ended,
  }
  writeFileSync(process.env.PROBE, JSON.stringify(cost))
})

/** maxRSS begins with the size of the process that forked this one; Linux also keeps the peak since exec. */
function peakOf(maxRSS) {
  try {
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
  } catch {
    return maxRSS
  }
}
