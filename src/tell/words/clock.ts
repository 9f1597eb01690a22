/** How a rendering writes a moment: `at` is the moment itself, `utc` how it reads in UTC. */
export type Clock = (at: string, utc: string) => string

/** Where the reader's time zone cannot be known. */
export const inUtc: Clock = (_at, utc) => utc

/**
 * In the reader's own time zone, with the day there: a peak of the UTC evening is one of the next morning to somebody.
 * `utc` is what Slack shows where it can't (docs.slack.dev, "Formatting text for app surfaces", date formatting).
 */
export const inReadersZone: Clock = (at, utc) => {
  const time = /\d\d:\d\d:\d\d/.test(utc) ? '{time_secs}' : '{time}'
  return `<!date^${Math.floor(Date.parse(at) / 1_000)}^${time} {date_short_pretty}|${utc}>`
}
