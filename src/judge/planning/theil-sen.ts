/**
 * A line through points that a few wild ones cannot bend: the median of all pairwise slopes (Theil 1950, Sen 1968),
 * with Sen's interval for the slope from the variance of Kendall's S (ties in y counted).
 */

export type Point = { x: number; y: number }

export type Trend = {
  /** Change of y per unit of x. */
  slope: number
  /** The interval the slope lies in with the confidence asked for; infinite where the points cannot bound it. */
  low: number
  high: number
}

/** Two-sided 90 %: the normal quantile of 0.95. */
const Z = 1.6448536269514722

/** The trend of at least two points with different x. */
export function theilSen(points: readonly Point[]): Trend {
  const slopes = pairs(points)
    .map(([a, b]) => (b.y - a.y) / (b.x - a.x))
    .sort((a, b) => a - b)
  const reach = Z * Math.sqrt(kendallVariance(points))
  // Rounded outwards: an interval that is a little too wide promises nothing that does not hold.
  const below = Math.floor((slopes.length - reach) / 2)
  return {
    slope: median(slopes),
    low: slopes[below - 1] ?? Number.NEGATIVE_INFINITY,
    high: slopes[slopes.length - below] ?? Number.POSITIVE_INFINITY,
  }
}

/** The height of the line with this slope at `x`: the median of where it would have to pass for each point. */
export function heightAt(points: readonly Point[], slope: number, x: number): number {
  return median(points.map((point) => point.y + slope * (x - point.x)).sort((a, b) => a - b))
}

/** The middle of an ascending list; of two middles their mean. */
export function median(ascending: readonly number[]): number {
  const middle = ascending.length / 2
  const at = (index: number) => ascending[index] ?? Number.NaN
  return (at(Math.ceil(middle) - 1) + at(Math.floor(middle))) / 2
}

function pairs(points: readonly Point[]): [Point, Point][] {
  return points.flatMap((a, index) => points.slice(index + 1).map((b): [Point, Point] => [a, b]))
}

/** Variance of Kendall's S under no trend. */
function kendallVariance(points: readonly Point[]): number {
  const term = (n: number) => n * (n - 1) * (2 * n + 5)
  const ties = [...Map.groupBy(points, ({ y }) => y).values()].map(({ length }) => term(length))
  return (term(points.length) - ties.reduce((sum, tie) => sum + tie, 0)) / 18
}
