import { noPermission, notFound, ok, type Routes } from './answers.ts'
import { runPayload } from './payloads.ts'

/** Runs of workflows, newest first, as `Settings.actions` allows. */
export const actionsRoutes: Routes = {
  'GET /actions/workflows/{workflow_id}/runs': async ({ world, path, query }) => {
    if (world.settings.actions === 'none') return noPermission()
    const ofWorkflow = world.runs.filter(({ workflow }) => workflow === path.workflow_id)
    if (ofWorkflow.length === 0) return notFound()
    const fits = (name: string, value: string | null) => [null, value].includes(query.get(name))
    const found = ofWorkflow
      .filter(({ event, branch, conclusion }) => {
        const status = query.get('status')
        const isOfStatus = fits('status', conclusion) || (status === 'completed' && conclusion !== null)
        return isOfStatus && fits('event', event) && fits('branch', branch)
      })
      .toSorted((one, other) => other.number - one.number)
    const shown = found.slice(0, Number(query.get('per_page') ?? 30))
    return ok({ total_count: found.length, workflow_runs: shown.map((run) => runPayload(world, run)) })
  },
}
