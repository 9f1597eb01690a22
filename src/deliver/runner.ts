import { readCommitted } from '../collect/repository/read-committed.ts'
import { deliverAudit, deliverBlind, refuse } from './deliver.ts'

/** The runner's door: what is committed lies in the repository of the job, and everything goes where its inputs say. */
export const RUNNER = { wantsBudgets: false, readCommitted, deliverAudit, deliverBlind, refuse }
