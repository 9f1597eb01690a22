/**
 * Why what still stands may not have been reported. `failed`: the runs just before this one, newest first, ended badly.
 * `missing`: a schedule has skipped a run; `since` is when the last one began, UTC ms.
 */
export type Lapse = { kind: 'failed'; runIds: readonly string[] } | { kind: 'missing'; since: number }
