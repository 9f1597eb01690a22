import type { Entry } from './git.ts'
import type { CommitInfo } from './git-objects.ts'
import { BOT, fullName, type Pull, type WorkflowRun, type World } from './world.ts'

/** What the emulator knows of GitHub's objects; `completeReply` fills in the rest of what GitHub's schema requires. */

export function repositoryPayload(world: World): object {
  const { settings, urls } = world
  const name = fullName(world)
  return {
    id: 1,
    node_id: 'R_emulated',
    name: settings.repo,
    full_name: name,
    owner: userPayload(world, settings.owner),
    private: true,
    html_url: `${urls.server}/${name}`,
    url: `${urls.api}/repos/${name}`,
    default_branch: settings.defaultBranch,
    archived: settings.archived,
    permissions: {
      admin: false,
      maintain: false,
      push: settings.contents === 'write',
      triage: false,
      pull: settings.contents !== 'none',
    },
  }
}

export function userPayload({ urls }: World, login: string): object {
  return {
    login,
    id: 1,
    node_id: `U_${login}`,
    url: `${urls.api}/users/${encodeURIComponent(login)}`,
    html_url: `${urls.server}/${encodeURIComponent(login)}`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
  }
}

export function refPayload(world: World, ref: string, oid: string): object {
  const { urls } = world
  const api = `${urls.api}/repos/${fullName(world)}`
  return {
    ref,
    node_id: `REF_${ref}`,
    url: `${api}/git/${ref}`,
    object: { type: 'commit', sha: oid, url: `${api}/git/commits/${oid}` },
  }
}

export async function commitPayload(world: World, oid: string, withFiles: boolean): Promise<object> {
  const { repository, urls } = world
  const info = await repository.info(oid)
  const api = `${urls.api}/repos/${fullName(world)}`
  const files = withFiles ? await repository.changed(info.parents[0] ?? null, oid) : []
  const login = (email: string) => (email === BOT.email ? userPayload(world, BOT.name) : null)
  return {
    sha: oid,
    node_id: `C_${oid}`,
    url: `${api}/commits/${oid}`,
    html_url: `${urls.server}/${fullName(world)}/commit/${oid}`,
    commit: {
      author: info.author,
      committer: info.committer,
      message: info.message,
      tree: { sha: info.tree, url: `${api}/git/trees/${info.tree}` },
      url: `${api}/git/commits/${oid}`,
      comment_count: 0,
      verification: verificationPayload(world, info),
    },
    author: login(info.author.email),
    committer: null,
    parents: info.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}` })),
    ...(withFiles ? { files: files.map((file) => filePayload(world, oid, file)) } : {}),
  }
}

function verificationPayload({ signed }: World, { oid, committer }: CommitInfo): object {
  const verified = signed.has(oid)
  return {
    verified,
    reason: verified ? 'valid' : 'unsigned',
    signature: verified ? '-----BEGIN PGP SIGNATURE-----' : null,
    payload: verified ? oid : null,
    verified_at: verified ? committer.date : null,
  }
}

function filePayload(world: World, oid: string, file: { path: string; oid: string; status: string }): object {
  const { server } = world.urls
  return {
    sha: file.oid,
    filename: file.path,
    status: file.status,
    blob_url: `${server}/${fullName(world)}/blob/${oid}/${file.path}`,
  }
}

/** Modes of what is not a plain file. */
const TYPES: Record<string, string> = { '120000': 'symlink', '040000': 'dir', '160000': 'submodule' }

export function contentPayload(world: World, entry: Entry, ref: string, content?: Buffer): object {
  const { urls } = world
  const name = entry.path.split('/').at(-1) ?? ''
  const url = `${urls.api}/repos/${fullName(world)}/contents/${entry.path}?ref=${ref}`
  const type = TYPES[entry.mode] ?? 'file'
  const common = { type, name, path: entry.path, sha: entry.oid, size: entry.size, url, _links: { self: url } }
  if (content === undefined) return common
  // From 1 MB on GitHub gives no content here; it must be fetched as a blob.
  if (entry.size > 1_048_576) return { ...common, content: '', encoding: 'none' }
  return { ...common, content: wrapped(content), encoding: 'base64' }
}

/** Base64 with a line's end every 60 characters, as GitHub has it. */
export function wrapped(content: Buffer): string {
  return content.toString('base64').replace(/.{60}/g, '$&\n').trimEnd().concat('\n')
}

export async function pullPayload(world: World, pull: Pull): Promise<object> {
  const { urls, settings, repository } = world
  const name = fullName(world)
  const repo = repositoryPayload(world)
  const [headOwner = ''] = pull.headRepository.split('/')
  const headRepo = pull.headRepository === name ? repo : { ...repo, id: 2, full_name: pull.headRepository, fork: true }
  return {
    id: pull.number,
    node_id: `PR_${pull.number}`,
    number: pull.number,
    url: `${urls.api}/repos/${name}/pulls/${pull.number}`,
    html_url: `${urls.server}/${name}/pull/${pull.number}`,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    user: userPayload(world, pull.author),
    merged: pull.merged,
    head: {
      label: `${headOwner}:${pull.head}`,
      ref: pull.head,
      sha: pull.headOid,
      user: userPayload(world, headOwner),
      repo: headRepo,
    },
    base: {
      label: `${settings.owner}:${pull.base}`,
      ref: pull.base,
      sha: (await repository.head(pull.base)) ?? '',
      user: userPayload(world, settings.owner),
      repo,
    },
    labels: pull.labels.map((label) => ({ name: label })),
    assignees: pull.assignees.map((login) => userPayload(world, login)),
    requested_reviewers: pull.reviewers.map((login) => userPayload(world, login)),
    requested_teams: pull.teams.map((slug) => ({ name: slug, slug })),
  }
}

export function commentPayload(world: World, pull: Pull, comment: Pull['comments'][number]): object {
  const { urls } = world
  return {
    id: comment.id,
    body: comment.body,
    user: userPayload(world, comment.author),
    html_url: `${urls.server}/${fullName(world)}/pull/${pull.number}#issuecomment-${comment.id}`,
  }
}

export function runPayload(world: World, run: WorkflowRun): object {
  const { urls } = world
  const repository = repositoryPayload(world)
  return {
    id: run.id,
    node_id: `WFR_${run.id}`,
    name: run.workflow,
    path: `.github/workflows/${run.workflow}`,
    head_branch: run.branch,
    run_number: run.number,
    event: run.event,
    status: run.conclusion === null ? 'in_progress' : 'completed',
    conclusion: run.conclusion,
    html_url: `${urls.server}/${fullName(world)}/actions/runs/${run.id}`,
    created_at: run.createdAt,
    updated_at: run.createdAt,
    repository,
    head_repository: repository,
  }
}
