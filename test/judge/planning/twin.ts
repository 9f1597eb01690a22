/**
 * The slow twin of the trend. It shares no code and no method with it: the slope's interval is found by turning the points
 * by every slope and asking Kendall's test whether a trend is left, not by ranks in a sorted list.
 */

export type Point = { x: number; y: number }

/** Kendall's S of the points turned by `slope`: rising pairs minus falling ones. */
export function kendall(points: readonly Point[], slope: number): number {
  let s = 0
  for (let i = 0; i < points.length; i++)
    for (let j = i + 1; j < points.length; j++)
      s +=
        Math.sign(points[j]!.y - points[i]!.y - slope * (points[j]!.x - points[i]!.x)) *
        Math.sign(points[j]!.x - points[i]!.x)
  return s
}

/** How large S may get by chance in nine of ten cases: the variance is counted from the definition, tie by tie. */
export function chance(points: readonly Point[]): number {
  const n = points.length
  let variance = n * (n - 1) * (2 * n + 5)
  const seen: number[] = []
  for (const { y } of points) {
    if (seen.includes(y)) continue
    seen.push(y)
    let t = 0
    for (const other of points) if (other.y === y) t++
    variance -= t * (t - 1) * (2 * t + 5)
  }
  return 1.6448536269514722 * Math.sqrt(variance / 18)
}

/** Walks along the line day by day until the peak of a day is at the line. */
export function walk(height: number, rise: number, line: number, most: number): number | null {
  for (let day = 0; day <= most; day++) if (height + rise * day >= line) return day
  return null
}
