import type { Plugin } from 'rolldown'

/**
 * Rolldown plugin: writes what is not ASCII as \u and a number, which means the same in strings, templates, patterns and
 * comments, the only places where we and the packages have any. With one such character V8 holds the whole file in two
 * bytes each, and Node decodes it the slow way.
 */
export function ascii(): Plugin {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'ascii',
    // As the last step: before it, the code is printed once more.
    generateBundle: (_options, bundle) => {
      for (const file of Object.values(bundle))
        if (file.type === 'chunk') file.code = file.code.replace(/[\u0080-\uffff]/g, escaped)
    },
  }
}
