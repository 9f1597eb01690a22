import type { DriversPart } from '../../report/report.ts'
import { listing, percent } from '../../vocabulary/figures.ts'
import { markdownText } from './escape.ts'

/** Who drove a peak, in Markdown: `Who drove it, in that minute: by workspace: production 71 % · by model: …`; empty where nobody is known. */
export function drivenBy({ workspaces, models, api_keys }: DriversPart, span: string): string {
  const drivers = [
    { kind: 'workspace', first: workspaces },
    { kind: 'model', first: models },
    { kind: 'API key', first: api_keys },
  ].filter(({ first }) => first.length > 0)
  if (drivers.length === 0) return ''
  const parts = drivers.map(({ kind, first }) => {
    const shares = first.map((item) => `${markdownText(item.name)} ${percent(item.share)}`)
    return `by ${kind}: ${listing(shares)}`
  })
  return `Who drove it, in that ${span}: ${parts.join(' · ')}.`
}
