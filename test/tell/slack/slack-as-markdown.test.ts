import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { describe, expect, test } from 'vitest'
import { slackAsText } from '../../../src/tell/slack/as-text.ts'
import { context, header, message, section } from '../../../src/tell/slack/blocks.ts'
import { slackAsMarkdown } from '../../../src/tell/slack/slack-as-markdown.ts'
import { EXAMPLES, type Example, HOSTILE_NAME, HOSTILE_NAME_TOO, LINKS } from '../examples.ts'
import { renderExample } from '../renderings.ts'

type Node = { type: string; value?: string; url?: string; children?: Node[] }

/** Every node of a Markdown text, as GitHub's flavour of it is read. */
function nodes(markdown: string): Node[] {
  const flat = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(flat)]
  return flat(unified().use(remarkParse).use(remarkGfm).parse(markdown) as Node)
}

/** What a reader sees, without the spaces that have no width. */
const visible = (markdown: string) =>
  nodes(markdown)
    .flatMap(({ type, value }) => (type === 'text' || type === 'inlineCode' ? [value ?? ''] : []))
    .join('')
    .replaceAll('\u200b', '')

/** Without what only lays out: spaces, bullets, numbers of a list, and the addresses that plain text has to write out. */
const letters = (text: string) =>
  text
    .replace(/^\[(.+)\] https?:\S+$/gm, '$1')
    .replace(/ \(https?:[^)]*\)|^\d+\. |^=+$/gm, '')
    .replace(/[\s\u200b•·]/g, '')

describe('the message as Markdown', () => {
  test.each(Object.entries<Example>(EXAMPLES))('of %s says what Slack is told, word for word', (_name, example) => {
    const { slack } = renderExample(example)
    const inSlack = letters(slackAsText(slack))
    expect(letters(visible(slackAsMarkdown(slack)))).toBe(inSlack)
    expect(inSlack.length).toBeGreaterThan(100)
  })

  test.each(Object.entries<Example>(EXAMPLES))(
    'of %s has no HTML, no heading, no table and no picture',
    (_name, example) => {
      const types = new Set(nodes(slackAsMarkdown(renderExample(example).slack)).map(({ type }) => type))
      expect([...types].filter((type) => /html|heading|table|image|break|emphasis|delete/.test(type))).toEqual([])
    },
  )

  test('shows hostile names as their characters, and links only where we do', () => {
    const markdown = slackAsMarkdown(renderExample(EXAMPLES['hostile-names']).slack)
    const shown = visible(markdown)
    expect(shown).toContain(HOSTILE_NAME.replace('\n', '↵').replaceAll('`', 'ˋ').trim().slice(0, 30))
    expect(shown).toContain(HOSTILE_NAME_TOO.slice(0, 20))
    const urls = nodes(markdown).flatMap(({ url }) => (url ? [url] : []))
    expect(
      urls.filter((url) => !Object.values(LINKS).includes(url) && !url.startsWith('https://platform.claude.com/')),
    ).toEqual([])
    const outside = nodes(markdown).flatMap(({ type, value }) => (type === 'text' ? [value ?? ''] : []))
    expect(outside.filter((text) => /@\w|#\d|:\/\/|www\./.test(text))).toEqual([])
  })

  test('has a heading as a paragraph and what follows as a list; numbers stay', () => {
    const markdown = slackAsMarkdown(
      message('', [
        header('A *title*'),
        context('a_b · <https://example.com/a|*here*> · <!date^1795442700^{time}|14:05 UTC>'),
        section('*Alerts* (2)\n🔴 *Opus*: `x_*`\n• second & third &lt;b&gt;'),
        section('*What to do first*\n1. Ask'),
      ]),
    )
    expect(markdown).toBe(
      '**A \\*title\\***\n\n' +
        'a\\_b · [\\*here\\*](https://example.com/a) · 14:05 UTC\n\n' +
        '**Alerts** (2)\n\n- 🔴 **Opus**: `x_*`\n- second & third \\<b\\>\n\n' +
        '**What to do first**\n\n1. Ask\n',
    )
  })
})
