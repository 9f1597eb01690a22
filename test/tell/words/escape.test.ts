import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mrkdwnAsText } from '../../../src/tell/slack/as-text.ts'
import {
  gitText,
  logText,
  markdownLink,
  markdownText,
  oneLine,
  sentenceWithLinks,
  slackLink,
  slackText,
} from '../../../src/tell/words/escape.ts'
import { HOSTILE_NAME } from '../examples.ts'
import { renderHtml } from '../page.ts'

/** What a reader sees of HTML: no tags, entities as their characters, without the signs that keep references apart. */
function visible(html: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }
  return html
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#x([\da-f]+)|(\w+));/gi, (all, hex, name) =>
      hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : (entities[name] ?? all),
    )
    .replaceAll('\u200b', '')
    .replaceAll('\u00a0', ' ')
}

const cell = (name: string) => `| name | used |\n| --- | --- |\n| ${markdownText(name)} | 83 % |\n`

const HOSTILE_NAMES = [
  HOSTILE_NAME,
  '@acme/oncall',
  '#123 and GH-7 and acme/limits#9',
  'https://evil.example/?a=1&b=2 http://e.example www.evil.example me@evil.example mailto:me@evil.example',
  ':fire: ::warning:: ##[error] %0A',
  '*b* _i_ __u__ ~s~ ~~s~~ `c` ``c`` ***',
  '[text](https://evil.example) ![image](https://evil.example/x.png) [^1] [x]',
  '<img src=x onerror=alert(1)><b>x</b><!-- c --> &lt; &amp; &#64;team',
  '$x^2$ $$y$$ \\(z\\) \\| \\* a\\',
  '| a | b |',
  '- item',
  '1. item',
  '> quote',
  '# heading',
  '```js',
  '    code',
  '---',
  '===',
  'emoji 🔥 and ünïcödé 名前',
]

describe('on GitHub', () => {
  test.each(HOSTILE_NAMES)(
    '%j shows as its characters in a table cell, without any element of its own',
    async (name) => {
      const html = await renderHtml(cell(name))
      const tags = [...html.matchAll(/<(\w+)/g)].map(([, tag]) => tag)
      expect(new Set(tags)).toEqual(new Set(['table', 'thead', 'tbody', 'tr', 'th', 'td']))
      expect(tags.filter((tag) => tag === 'td')).toHaveLength(2)
      const shown = /<td>([\s\S]*?)<\/td>/.exec(html)?.[1] ?? ''
      expect(visible(shown)).toBe(oneLine(name))
    },
  )

  test('any text at all shows as its characters in a cell', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'@#$:/.*_~`|\\<>&[]()!-+= \n\ta1wGH'), maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        const html = await renderHtml(cell(`x${name}x`))
        const shown = /<tbody>\s*<tr>\s*<td>([\s\S]*?)<\/td>/.exec(html)?.[1] ?? ''
        expect(shown).not.toContain('<')
        expect(visible(shown)).toBe(oneLine(`x${name}x`))
      }),
      { numRuns: 150 },
    )
  })

  test.each(HOSTILE_NAMES)('%j shows as its characters in the title of a part that opens', async (name) => {
    const html = await renderHtml(`<details>\n<summary>${markdownText(name)}</summary>\n\ntext\n\n</details>\n`)
    expect(visible(/<summary>([\s\S]*?)<\/summary>/.exec(html)?.[1] ?? '')).toBe(oneLine(name))
    expect(html).toContain('<p>text</p>')
  })

  test('the page that checks this does link what is not escaped', async () => {
    const html = await renderHtml('@acme/oncall #123 https://evil.example www.evil.example <b>x</b>')
    expect([...html.matchAll(/<a /g)]).toHaveLength(4)
    expect(html).toContain('<b>x</b>')
  })

  test('a commit message keeps its characters and refers to nobody and nothing', () => {
    expect(gitText('@team fixes #1, GH-2: see https://e.example www.e.example').replaceAll('\u200b', '')).toBe(
      '@team fixes #1, GH-2: see https://e.example www.e.example',
    )
    expect(gitText('@team')).not.toContain('@team')
    expect(gitText('fixes #1')).not.toContain('#1')
    expect(gitText('GH-2')).not.toContain('GH-2')
    expect(gitText('x\nCo-authored-by: y')).not.toContain('\n')
  })

  test('a link cannot be ended early by its target', async () => {
    const html = await renderHtml(markdownLink('run', 'https://e.example/a)b c|d<e>'))
    expect(html).toBe('<p><a href="https://e.example/a%29b%20c%7Cd%3Ce%3E">run</a></p>')
  })
})

describe('in Slack', () => {
  test.each(HOSTILE_NAMES)('%j shows as its characters', (name) => {
    const escaped = slackText(name)
    expect(escaped).not.toMatch(/<[!@#h]/)
    expect(mrkdwnAsText(`🔴 *Opus* · ${escaped}: *83 %*`)).toBe(`🔴 Opus · ${oneLine(name).replaceAll('`', 'ˋ')}: 83 %`)
  })

  test('an ordinary name with underscores stays an ordinary text', () => {
    expect(slackText('research_batch (eu-west) 2.0')).toBe('research_batch (eu-west) 2.0')
  })

  test('the reader that checks this does see a mention', () => {
    expect(mrkdwnAsText('<!channel> *bold* <https://e.example|link>')).toBe(
      '[mention !channel] bold link (https://e.example)',
    )
  })

  test('a link cannot be ended early by its target', () => {
    expect(slackLink('run', 'https://e.example/a|b>c?d=1&e=2')).toBe('<https://e.example/a%7Cb%3Ec?d=1&amp;e=2|run>')
  })
})

describe('in the log', () => {
  test('no line can be a command to the runner', () => {
    expect(logText('::error::x')).not.toMatch(/^\s*::/)
    expect(logText('a ##[error]x')).not.toContain('##[')
    expect(logText('a\n::error::x\r\n::set-output name=a::b').split(/\r|\n/)).toHaveLength(1)
    expect(logText('\u001b[31mred')).not.toContain('\u001b')
  })
})

describe('a line', () => {
  test('shows a line break as a mark, and a character that turns the direction of text as unknown', () => {
    expect(oneLine(' a\r\nb\u2028c ')).toBe('a↵b↵c')
    expect(oneLine('abc\u202etxt.exe\u0000')).toBe('abc\ufffdtxt.exe\ufffd')
  })

  test('is cut between characters, never within one', () => {
    expect(oneLine('🔥'.repeat(120))).toBe(`${'🔥'.repeat(49)}…`)
    expect(oneLine('\ud83d')).toBe('\ufffd')
  })
})

test('a sentence keeps its links and blanks, and escapes all else', () => {
  const sentence =
    'No pull request: open https://github.com/acme/limits/compare/main...audit?expand=1. Then <b>ask</b>.'
  expect(sentenceWithLinks(sentence, slackText, slackLink)).toBe(
    'No pull request: open <https://github.com/acme/limits/compare/main...audit?expand=1|https://github.com/acme/limits/compare/main...audit?expand=1>. Then &lt;b&gt;ask&lt;/b&gt;.',
  )
})
