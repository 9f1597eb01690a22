import { createColors } from 'picocolors'
import type { Band } from '../../vocabulary/verdict.ts'
import { oneLine } from '../words/escape.ts'

/** What a terminal takes: how many columns, and whether colours. */
export type Screen = { columns: number; colour: boolean }

type Colour = 'bold' | 'gray' | 'green' | 'red' | 'yellow'

/** Text in a colour, on a screen that has any. */
export function painted(colour: Colour, text: string, screen: Screen): string {
  return createColors(screen.colour)[colour](text)
}

const OF_BAND: Record<Band, Colour> = { alert: 'red', watch: 'yellow', ok: 'green', unmeasured: 'gray' }

export function inColourOf(band: Band, text: string, screen: Screen): string {
  return painted(OF_BAND[band], text, screen)
}

/** What others wrote, for a terminal: no control character reaches it, so that a name can neither colour nor move anything. */
export const terminalText = oneLine
