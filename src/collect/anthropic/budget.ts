import { MINUTE } from '../../vocabulary/use/window.ts'

/**
 * How long the reading may take. A job in the workflows to copy has 30 minutes, of which GitHub's part takes up to three
 * and Slack's two: a job that is cancelled tells nobody anything.
 */
const LONGEST = 24 * MINUTE
/** What no plan needs more than: a service that answers slowly is not waited for longer. */
const ORDINARY = 12 * MINUTE
/** The API's limit where it is documented (usage analytics, spend limits): requests a minute. */
export const DOCUMENTED_PER_MINUTE = 60

export type Budget = {
  /** No request is sent or waited for after this, UTC milliseconds. */
  deadline: () => number
  /** Makes room for so many requests at the documented rate, as far as the job's own time allows. */
  makeRoom: (requests: number) => void
  /** Minutes from now to the latest deadline there can be. */
  minutesAtMost: () => number
}

/** The time of one run, from now on. */
export function createBudget(now: () => number): Budget {
  const latest = now() + LONGEST
  let deadline = now() + ORDINARY
  return {
    deadline: () => deadline,
    makeRoom: (requests) => {
      // A few that come late are no plan: each would move the end a little further.
      if (requests <= DOCUMENTED_PER_MINUTE || now() >= deadline) return
      const needed = (requests / DOCUMENTED_PER_MINUTE) * MINUTE
      deadline = Math.min(latest, Math.max(deadline, now() + 1.25 * needed + 2 * MINUTE))
    },
    minutesAtMost: () => (latest - now()) / MINUTE,
  }
}
