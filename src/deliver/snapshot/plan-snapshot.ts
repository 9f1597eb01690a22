import type { Files } from '../../collect/github/read.ts'
import { findDrift } from '../../judge/limits/find-drift.ts'
import { findRenames } from '../../judge/limits/renames.ts'
import type { DriftRow, Report } from '../../report/report.ts'
import { driftRow } from '../../report/rows.ts'
import { formatGateway, gatewayOf, withBudgets } from '../../tell/files/gateway.ts'
import { commitMessage } from '../../tell/pull-request/commit-message.ts'
import { renderPullRequest } from '../../tell/pull-request/pull-request.ts'
import { sinceUpdate } from '../../tell/pull-request/since-update.ts'
import { period } from '../../tell/words/format.ts'
import type { Links } from '../../tell/words/links.ts'
import { formatSnapshot, parseSnapshot, type Snapshot, saysTheSame } from '../../vocabulary/limits/snapshot.ts'
import type { FilesInCommit } from '../../vocabulary/snapshot-outcome.ts'
import type { Plan } from './commit.ts'

/** What the snapshot is made from. */
export type SnapshotSource = {
  /** The limits as they are now; what this run did not read is kept from the given committed snapshot. */
  snapshotBeside: (committed: Snapshot | null) => Snapshot
  /** Workspaces there are, for the gateway file: with or without limits of their own. */
  workspaces: readonly { id: string; name: string }[]
}

type Wanted = {
  path: string
  gatewayPath: string | null
  /** First line of the commit, before what changed. */
  headline: string
  /** Of the pull request; null: it names the worst change. */
  title: string | null
  links: Links
}

/**
 * The plan of a run: files, message and text of the pull request for whatever the branch holds at this try. A snapshot that
 * differs in its form only is left alone until there is a change to record. Pure.
 * It throws AuditError where the branch holds a file that is not a snapshot: that is never written over.
 */
export function planSnapshot(report: Report, source: SnapshotSource, wanted: Wanted): Plan {
  const { path, gatewayPath, headline, title, links } = wanted
  return (there, proposed) => {
    const gatewayText = (file: string, limits: Snapshot) =>
      formatGateway(withBudgets(gatewayOf(limits, source.workspaces), report, there[file] ?? null))
    const text = there[path] ?? null
    const before = text === null ? null : parseSnapshot(text, path)
    const after = source.snapshotBeside(before)
    const isChanged = before === null || !saysTheSame(before, after)
    const snapshot = isChanged ? [{ path, text: formatSnapshot(after) }] : []
    const gateway = gatewayPath ? [{ path: gatewayPath, text: gatewayText(gatewayPath, after) }] : []
    const files = [...snapshot, ...gateway.filter((file) => file.text !== there[file.path])]
    if (files.length === 0) return null
    const drift = before ? driftOf(before, after, report.drift) : []
    const reported = { ...report, first_snapshot: before === null, drift }
    const contents = contentsOf(files, path)
    const renamed = before ? findRenames(before, after) : []
    const sinceThen = proposed ? newSince(proposed, after, path, report) : ''
    const pullRequest = renderPullRequest(reported, links, {
      files: contents,
      renames: renamed,
      sinceUpdate: sinceThen,
    })
    return {
      files,
      message: commitMessage(headline, reported, contents, renamed),
      pullRequest: title === null ? pullRequest : { ...pullRequest, title },
    }
  }
}

/** What the pull request did not propose when it was last updated. */
function newSince(files: Files, after: Snapshot, path: string, { window }: Report): string {
  const proposed = readable(files[path] ?? null, path)
  const changes = proposed ? findDrift(proposed, after) : []
  return sinceUpdate(
    changes.map((change) => driftRow({ ...change, consequences: [] })),
    period(window),
  )
}

/** What somebody made of the file on the pull request's branch may be no snapshot: then it tells nothing. */
function readable(text: string | null, path: string): Snapshot | null {
  try {
    return text === null ? null : parseSnapshot(text, path)
  } catch {
    return null
  }
}

function contentsOf(files: readonly { path: string }[], snapshotPath: string): FilesInCommit {
  if (files.length > 1) return 'both'
  return files[0]?.path === snapshotPath ? 'snapshot' : 'gateway'
}

/** The drift against what the repository holds at this try. What the audit found already is taken with its consequence. */
function driftOf(before: Snapshot, after: Snapshot, found: readonly DriftRow[]): DriftRow[] {
  const changeOf = (drift: DriftRow) =>
    JSON.stringify([
      drift.class,
      drift.scope,
      drift.group,
      drift.limiter,
      drift.before,
      drift.after,
      drift.model,
      drift.from,
    ])
  const known = new Map(found.map((drift) => [changeOf(drift), drift]))
  return findDrift(before, after)
    .map((change) => driftRow({ ...change, consequences: [] }))
    .map((drift) => known.get(changeOf(drift)) ?? drift)
}
