const encoder = new TextEncoder()

/** The size of a text in bytes of UTF-8. */
export function bytes(text: string): number {
  return encoder.encode(text).length
}

/**
 * The first rendering that fits, of those at each extent, the fullest first. The last is returned even where it does not
 * fit: the caller makes sure that its size has a bound.
 */
export function firstFitting<Extent, Result>(
  extents: readonly [Extent, ...Extent[]],
  render: (extent: Extent) => Result,
  fits: (result: Result) => boolean,
): Result {
  let result = render(extents[0])
  for (const extent of extents.slice(1)) {
    if (fits(result)) return result
    result = render(extent)
  }
  return result
}
