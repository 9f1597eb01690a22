import type { KnownBlock } from '@slack/types'

/** A message as Slack shows it, near enough to look at. */

/** mrkdwn as far as our messages use it; its `&`, `<` and `>` are escaped already, as Slack wants them. */
const html = (mrkdwn: string) =>
  mrkdwn
    .replaceAll(/<!date\^(\d+)\^[^|>]*\|[^>]*>/g, (_all, seconds: string) => inReadersZone(Number(seconds)))
    .replaceAll(/<(https?:[^|>]+)\|([^>]+)>/g, '<a href="$1">$2</a>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll(/(?<![\w*])\*([^*\n]+)\*/g, '<b>$1</b>')
    .replaceAll('\n', '<br>')

/** A reader in Berlin, on the morning after the example's day. */
function inReadersZone(seconds: number): string {
  const at = new Date(seconds * 1_000)
  const time = at.toLocaleTimeString('en-US', { timeZone: 'Europe/Berlin', hour: 'numeric', minute: '2-digit' })
  const day = at.toLocaleDateString('en-CA', { timeZone: 'Europe/Berlin' })
  return `${time} ${day === '2026-11-22' ? 'yesterday' : day}`
}

function blockHtml(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return `<h1>${block.text.text}</h1>`
    case 'section':
      return `<p>${html(block.text?.text ?? '')}</p>`
    case 'context':
      return `<small>${block.elements.map((element) => ('text' in element ? html(element.text) : '')).join(' ')}</small>`
    case 'actions':
      return `<div>${block.elements.map((element) => (element.type === 'button' ? `<span>${element.text.text}</span>` : '')).join('')}</div>`
    default:
      return ''
  }
}

export const slackPage = (blocks: readonly KnownBlock[]) => `<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root { color-scheme: light dark; --back: #fff; --text: #1d1c1d; --faint: #616061; --line: #bbb; --link: #1264a3 }
@media (prefers-color-scheme: dark) {
  :root { --back: #1a1d21; --text: #d1d2d3; --faint: #ababad; --line: #565856; --link: #1d9bd1 }
}
body { margin: 0; padding: 20px 24px; background: var(--back); color: var(--text); font: 15px/1.46 Lato, 'Liberation Sans', Arial, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 18px; margin: 0 0 4px } small { color: var(--faint); font-size: 13px } p { margin: 10px 0 } a { color: var(--link) }
code { border: 1px solid var(--line); border-radius: 3px; padding: 0 3px; font-size: 12px }
div { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px }
span { border: 1px solid var(--line); border-radius: 4px; padding: 4px 12px; font-weight: 700; font-size: 13px }
@media (max-width: 500px) { body { padding: 12px 16px } }
</style>${blocks.map(blockHtml).join('\n')}`
