import { type Answer, emptyRepository, fail, noPermission, notFound, ok, type Routes, readOnly } from './answers.ts'
import { ZERO } from './git.ts'
import { commitPayload, contentPayload, refPayload, repositoryPayload, wrapped } from './payloads.ts'
import { refusal, settle, type World } from './world.ts'

/** What git's modes stand for; all others are files. */
const TREE_TYPES: Record<string, string> = { '040000': 'tree', '160000': 'commit' }
const OID = /^[0-9a-f]{40}$/

async function isEmpty({ repository, settings }: World): Promise<boolean> {
  if ((await repository.head(settings.defaultBranch)) !== null) return false
  return (await repository.git('for-each-ref', '--count=1', 'refs/heads')) === ''
}

/** Why this ref may not be written; null where it may. */
function denied(world: World, ref: string): Answer | null {
  if (world.settings.archived) return readOnly()
  if (world.settings.contents !== 'write') return noPermission()
  const reason = refusal(world, ref.replace(/^(refs\/)?heads\//, ''))
  return reason && fail(422, reason.message)
}

const qualified = (ref: string) => `refs/${ref}`

export const repositoryRoutes: Routes = {
  'GET /': async ({ world }) => ok(repositoryPayload(world)),

  'GET /git/ref/{ref}': async ({ world, path }) => {
    if (world.settings.contents === 'none') return noPermission()
    if (await isEmpty(world)) return emptyRepository()
    const ref = qualified(path.ref ?? '')
    const oid = await world.repository.resolve(ref)
    return oid === null ? notFound() : ok(refPayload(world, ref, oid))
  },

  'GET /branches/{branch}': async ({ world, path }) => {
    if (world.settings.contents === 'none') return noPermission()
    const branch = path.branch ?? ''
    const oid = await world.repository.head(branch)
    if (oid === null) return fail(404, 'Branch not found')
    const commit = await commitPayload(world, oid, false)
    return ok({ name: branch, commit, protected: branch in world.settings.protections })
  },

  'GET /commits': async ({ world, query }) => {
    if (world.settings.contents === 'none') return noPermission()
    if (await isEmpty(world)) return emptyRepository()
    const { repository, settings } = world
    const from = await repository.resolve(query.get('sha') ?? settings.defaultBranch)
    if (from === null) return notFound()
    const most = Number(query.get('per_page') ?? 30)
    const oids = await repository.history(from, query.get('path'))
    return ok(await Promise.all(oids.slice(0, most).map((oid) => commitPayload(world, oid, false))))
  },

  'GET /commits/{ref}': async ({ world, path }) => {
    if (world.settings.contents === 'none') return noPermission()
    const oid = await world.repository.resolve(path.ref ?? '')
    return oid === null ? fail(422, `No commit found for SHA: ${path.ref}`) : ok(await commitPayload(world, oid, true))
  },

  'GET /compare/{basehead}': async ({ world, path }) => {
    if (world.settings.contents === 'none') return noPermission()
    const { repository } = world
    const [from = '', to = ''] = (path.basehead ?? '').split('...')
    const [base, head] = await Promise.all([repository.resolve(from), repository.resolve(to)])
    const common = base && head && (await repository.mergeBase(base, head))
    if (!base || !head || !common) return notFound()
    const [ahead, behind] = await Promise.all([repository.between(base, head), repository.between(head, base)])
    return ok({
      status: statusOf(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      base_commit: await commitPayload(world, base, false),
      merge_base_commit: await commitPayload(world, common, false),
      commits: await Promise.all(ahead.slice(0, 250).map((oid) => commitPayload(world, oid, false))),
    })
  },

  'GET /contents/{path}': async ({ world, path, query }) => {
    if (world.settings.contents === 'none') return noPermission()
    const { repository, settings } = world
    if (await isEmpty(world)) return fail(404, 'This repository is empty.')
    const ref = query.get('ref') ?? settings.defaultBranch
    const commit = await repository.resolve(ref)
    if (commit === null) return fail(404, `No commit found for the ref ${ref}`)
    const found = await repository.entries(commit, path.path ?? '')
    if (found === null) return notFound()
    if (Array.isArray(found)) return ok(found.map((entry) => contentPayload(world, entry, ref)))
    if (found.mode === '120000') {
      const target = (await repository.blob(found.oid))?.toString()
      return ok({ ...contentPayload(world, found, ref), target })
    }
    return ok(contentPayload(world, found, ref, (await repository.blob(found.oid)) ?? undefined))
  },

  'GET /git/blobs/{file_sha}': async ({ world, path }) => {
    if (world.settings.contents === 'none') return noPermission()
    const oid = path.file_sha ?? ''
    const content = OID.test(oid) ? await world.repository.blob(oid) : null
    if (content === null) return notFound()
    return ok({ sha: oid, size: content.length, encoding: 'base64', content: wrapped(content) })
  },

  'GET /git/trees/{tree_sha}': async ({ world, path }) => {
    if (world.settings.contents === 'none') return noPermission()
    const found = await world.repository.tree(path.tree_sha ?? '')
    if (found === null) return notFound()
    const tree = found.entries.map(({ mode, oid, size, path: name }) => ({
      path: name,
      mode,
      type: TREE_TYPES[mode] ?? 'blob',
      sha: oid,
      ...(mode === '040000' ? {} : { size }),
    }))
    return ok({ sha: found.oid, tree, truncated: false })
  },

  'POST /git/refs': async ({ world, body }) => {
    const ref = String(body.ref)
    const no = denied(world, ref)
    if (no) return no
    if (await isEmpty(world)) return emptyRepository()
    const oid = String(body.sha)
    if ((await world.repository.resolve(oid)) === null) return fail(422, 'Object does not exist')
    if (!(await world.repository.swap(ref, oid, ZERO))) return fail(422, 'Reference already exists')
    return ok(refPayload(world, ref, oid), 201)
  },

  'PATCH /git/refs/{ref}': async ({ world, path, body }) => {
    const ref = qualified(path.ref ?? '')
    const no = denied(world, ref)
    if (no) return no
    const { repository } = world
    const before = await repository.resolve(ref)
    if (before === null) return fail(422, 'Reference does not exist')
    const after = await repository.resolve(String(body.sha))
    if (after === null) return fail(422, 'Object does not exist')
    if (body.force !== true && !(await repository.isAncestor(before, after)))
      return fail(422, 'Update is not a fast forward')
    await repository.swap(ref, after, before)
    await settle(world, ref.replace('refs/heads/', ''))
    return ok(refPayload(world, ref, after))
  },

  'DELETE /git/refs/{ref}': async ({ world, path }) => {
    const ref = qualified(path.ref ?? '')
    const no = denied(world, ref)
    if (no) return no
    const before = await world.repository.resolve(ref)
    if (before === null) return fail(422, 'Reference does not exist')
    await world.repository.swap(ref, ZERO, before)
    await settle(world, ref.replace('refs/heads/', ''))
    return { status: 204, value: undefined }
  },
}

/** GitHub's word for how two revisions lie to each other, by the commits that each has alone. */
function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged'
  if (ahead > 0) return 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}
