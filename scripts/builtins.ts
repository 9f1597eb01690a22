import { isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

/**
 * Rolldown plugin: takes Node's own modules as they are. `import` makes an ES module of one and reads every export for
 * it; reading `WebSocket` of node:http loads all of the undici that is built into Node, beside the one in the bundle.
 */
export function builtins(): Plugin {
  const prefix = '\0builtin:'
  return {
    name: 'builtins',
    // The bundle's own runtime needs node:module before it can wrap a module.
    resolveId: (id) => (isBuiltin(id) && id !== 'node:module' ? prefix + id : null),
    load: (id) =>
      id.startsWith(prefix)
        ? { code: `module.exports = process.getBuiltinModule('${id.slice(prefix.length)}')`, moduleType: 'js' }
        : null,
  }
}
