import { isBuiltin } from 'node:module'
import type { Plugin } from 'rolldown'

/** The name of a module in the bundle: what asks for it, and Node's name for it. */
const RESOLVED = /^\0builtin:(import|require):(.*)$/

/** undici can do without, and HTTP/2 is switched off in src/transport/transport.ts. It takes 7 ms to load. */
const LEFT_OUT = 'node:http2'

/** Loaded when one of their functions is first called. */
const LATE = new Set(['crypto', 'child_process', 'v8'])

/** Reading one of them loads the undici that is built into Node, beside the one in the bundle. */
const LOADS_UNDICI = new Set(['WebSocket', 'CloseEvent', 'MessageEvent'])

/**
 * Rolldown plugin: of Node's own modules the bundle reads only the exports it uses. An `import` statement would read every
 * export of the module, to make an ES module of it.
 */
export function builtins(): Plugin {
  return {
    name: 'builtins',
    // The bundle's own runtime needs node:module before it can wrap a module.
    resolveId: (id, _importer, { kind }) =>
      isBuiltin(id) && id !== 'node:module'
        ? `\0builtin:${kind === 'require-call' ? 'require' : 'import'}:${id}`
        : null,
    load: (path) => {
      const [, kind, id] = RESOLVED.exec(path) ?? []
      if (!id) return null
      return kind === 'import' ? asModule(id) : { code: `module.exports = ${sourceOf(id)}`, moduleType: 'js' }
    },
  }
}

const sourceOf = (id: string) => (id === LEFT_OUT ? '{ constants: {} }' : `process.getBuiltinModule('${id}')`)

/** One export for each name, so that those nobody imports are left out, and not even read. */
function asModule(id: string): { code: string; moduleType: 'js' } {
  const builtin = process.getBuiltinModule(id) as Record<string, unknown>
  const isLate = (name: string) =>
    LATE.has(id.replace('node:', '')) && typeof builtin[name] === 'function' && /^[a-z]/.test(name)
  const exportOf = (name: string) =>
    isLate(name)
      ? `(...given) => ${sourceOf(id)}.${name}(...given)`
      : `/* @__PURE__ */ (() => ${sourceOf(id)}.${name})()`
  const exported = Object.keys(builtin)
    .filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default' && !LOADS_UNDICI.has(name))
    .map((name) => `const _${name} = ${exportOf(name)}\nexport { _${name} as ${name} }`)
  return {
    code: [`export default /* @__PURE__ */ ${sourceOf(id)}`, ...exported].join('\n'),
    moduleType: 'js',
  }
}
