import type { Report, VerdictRow } from '../../report/report.ts'

/** The verdicts as OpenMetrics text (specification 1.0), for whoever keeps them as time series. */

type Labels = Readonly<Record<string, string>>
type Sample = { labels: Labels; value: number }

/** One gauge of every limit: what it is called, what it says, and its value; null where there is none. */
const GAUGES = [
  {
    name: 'claude_rate_limit',
    help: "The limit that binds, in the limiter's own unit.",
    valueOf: ({ limit }: VerdictRow) => limit,
  },
  {
    name: 'claude_rate_limit_peak',
    help: "The most that was used in the audited window, in the limiter's own unit.",
    valueOf: ({ peak }: VerdictRow) => peak,
  },
  {
    name: 'claude_rate_limit_utilization_ratio',
    help: 'Peak divided by limit; absent where it was not measured.',
    unit: 'ratio',
    valueOf: ({ utilization }: VerdictRow) => utilization,
  },
] as const

/**
 * Limit, peak and utilization of every verdict by scope, group and limiter. What was not measured has no sample: a gap in the
 * series, never a zero. The window's end and whether it is complete stand beside them, since the samples carry no times.
 */
export function openMetrics({ verdicts, window }: Report): string {
  const ofLimits = GAUGES.map((gauge) =>
    family({
      ...gauge,
      samples: verdicts.flatMap((verdict) => {
        const value = gauge.valueOf(verdict)
        return value === null ? [] : [{ labels: labelsOf(verdict), value }]
      }),
    }),
  )
  const end = family({
    name: 'claude_rate_limit_window_end_timestamp_seconds',
    help: 'End of the audited window, Unix time.',
    unit: 'seconds',
    samples: [{ labels: {}, value: Date.parse(window.end) / 1000 }],
  })
  const complete = family({
    name: 'claude_rate_limit_window_complete',
    help: '1 where usage was known for every minute of the window; 0: peaks are at least what is said.',
    samples: [{ labels: {}, value: window.complete ? 1 : 0 }],
  })
  return [...ofLimits, end, complete, '# EOF\n'].join('')
}

function labelsOf({ scope, group, limiter }: VerdictRow): Labels {
  return {
    scope: scope.type,
    ...(scope.type === 'workspace' && { workspace: scope.name, workspace_id: scope.id }),
    group: group.name,
    group_type: group.type,
    limiter,
  }
}

type Family = { name: string; help: string; unit?: string; samples: readonly Sample[] }

/** A metric family; one without samples is left out. */
function family({ name, help, unit, samples }: Family): string {
  if (samples.length === 0) return ''
  const lines = [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...(unit ? [`# UNIT ${name} ${unit}`] : []),
    ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

/** Only these three have a meaning within a label's value (specification, "Escaping"). */
function escaped(value: string): string {
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
