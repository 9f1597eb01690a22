import type { BackTest } from '../judge/planning/back-test.ts'

/** The back-test, as a part of the report file that is there only where it has something to say. */
export function backTestPart(backTests: readonly BackTest[]) {
  if (backTests.length === 0) return {}
  return {
    back_test: backTests.map(({ scope, group, limiter, days, lines, suggestion }) => ({
      scope,
      group,
      limiter,
      days,
      lines: [...lines],
      suggestion: suggestion && { in_force: suggestion.inForce, instead: suggestion.instead },
    })),
  }
}
