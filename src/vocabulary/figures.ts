/** How figures and lists are written, the same in every sentence: of a finding, a reason or a rendering. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })
const small = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 })

/** `1,660,000`; below 1 two significant digits (`0.017`). */
export function count(value: number): string {
  return value > 0 && value < 1 ? small.format(value) : whole.format(value)
}

/** `1 alert`, `2 alerts`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

const MOST_DECIMALS = 6
const wholePercent = new Intl.NumberFormat('en-US', { maximumFractionDigits: MOST_DECIMALS })

/**
 * A ratio as `83 %`, `77.5 %`, `0.4 %`, `450 %`: one decimal where it says something. More where rounding would step over
 * one of `lines` (74.96 % must not read "75 %" while its band says watch), over 100 %, or make nothing of something.
 */
export function percent(ratio: number, lines: readonly number[] = []): string {
  for (let decimals = 1; decimals < MOST_DECIMALS; decimals++) {
    const text = (ratio * 100).toFixed(decimals)
    // The decimal point is moved in the text: 33.3 / 100 is a little less than 0.333.
    const shown = Number(`${text}e-2`)
    const isTrue = shown > 0 === ratio > 0 && [1, ...lines].every((line) => shown >= line === ratio >= line)
    if (isTrue) return `${wholePercent.format(Number(text))} %`
  }
  return `${wholePercent.format(Math.floor(ratio * 100 * 10 ** MOST_DECIMALS) / 10 ** MOST_DECIMALS)} %`
}

/** `−50 %`, `+25 %`: how far `after` is from `before`; empty where `before` is 0. */
export function changeInPercent(before: number, after: number): string {
  if (before === 0) return ''
  const change = (after - before) / before
  return `${change < 0 ? '−' : '+'}${percent(Math.abs(change))}`
}

/** With a capital first letter, as a sentence begins. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The first `most` items, and how many were left out. */
export function atMost<T>(items: readonly T[], most: number): { shown: readonly T[]; more: number } {
  return { shown: items.slice(0, most), more: Math.max(0, items.length - most) }
}

/** `a, b and 3 more`, `a and b`. */
export function listing(items: readonly string[], most = items.length): string {
  const { shown, more } = atMost(items, most)
  const all = more > 0 ? [...shown, `${more} more`] : shown
  return all.length <= 1 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
