import { styleText } from 'node:util'
import type { Band } from '../../vocabulary/verdict.ts'
import { oneLine } from '../words/escape.ts'

/** What a terminal takes: how many columns, and whether colours. */
export type Screen = { columns: number; colour: boolean }

type Colour = Parameters<typeof styleText>[0]

/** Text in a colour, on a screen that has any. The stream is not asked: whoever made the screen has done so. */
export function painted(colour: Colour, text: string, screen: Screen): string {
  return screen.colour ? styleText(colour, text, { validateStream: false }) : text
}

const OF_BAND: Record<Band, Colour> = { alert: ['bold', 'red'], watch: 'yellow', ok: 'green', unmeasured: 'gray' }

export function inColourOf(band: Band, text: string, screen: Screen): string {
  return painted(OF_BAND[band], text, screen)
}

/** What others wrote, for a terminal: no control character reaches it, so that a name can neither colour nor move anything. */
export const terminalText = oneLine
