const encoder = new TextEncoder()

/** The size of a text in bytes of UTF-8. */
export function bytes(text: string): number {
  return encoder.encode(text).length
}

/**
 * The first rendering that fits: `render` is tried with each step, the fullest first. Where not even the last one fits it
 * is returned all the same, for the caller's last step is one whose size has a bound.
 */
export function firstFitting<Step, Result>(
  steps: readonly [Step, ...Step[]],
  render: (step: Step) => Result,
  fits: (result: Result) => boolean,
): Result {
  let result = render(steps[0])
  for (const step of steps.slice(1)) {
    if (fits(result)) return result
    result = render(step)
  }
  return result
}
