import type { Budget } from '../judge/planning/budgets.ts'

/** Budgets, as a part of the report file; an empty list says that no limit needs any. */
export function budgetsPart(budgets: readonly Budget[] | undefined) {
  if (!budgets) return {}
  return { budgets: budgets.map(({ minutesOver, ...rest }) => ({ ...rest, minutes_over: minutesOver })) }
}
