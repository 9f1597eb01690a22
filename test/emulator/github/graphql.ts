import { schema as published } from '@octokit/graphql-schema'
import { buildSchema, execute, GraphQLError, GraphQLScalarType, type GraphQLSchema, parse, validate } from 'graphql'
import type { Received, Reply } from '../exchange.ts'
import { json } from '../http.ts'
import { ZERO } from './git.ts'
import { commitByApi, fullName, refusal, settle, type World } from './world.ts'

type CommitInput = {
  branch: { repositoryNameWithOwner?: string; branchName?: string }
  expectedHeadOid: string
  message: { headline: string; body?: string }
  fileChanges?: { additions?: { path: string; contents: string }[]; deletions?: { path: string }[] }
}
type RefsInput = {
  repositoryId: string
  refUpdates: { name: string; beforeOid?: string; afterOid: string; force?: boolean }[]
}

/** An error in a GraphQL reply, with the type GitHub puts beside its message. */
function refuse(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } })
}

const SCALARS: Record<string, RegExp> = {
  GitObjectID: /^[0-9a-f]{40}$/,
  Base64String: /^[A-Za-z0-9+/]*={0,2}$/,
  GitRefname: /^refs\//,
}

let built: GraphQLSchema | undefined
/** GitHub's published schema. Building it takes half a second, so it waits for the first query. */
function schema(): GraphQLSchema {
  if (built !== undefined) return built
  // The published text names some fields twice, which graphql-js would refuse.
  built = buildSchema(published.idl, { assumeValidSDL: true, assumeValid: true })
  for (const [name, pattern] of Object.entries(SCALARS)) {
    const scalar = built.getType(name)
    if (!(scalar instanceof GraphQLScalarType)) throw new Error(`No scalar ${name} in GitHub's schema`)
    scalar.parseValue = (value) => {
      if (typeof value === 'string' && pattern.test(value)) return value
      throw new GraphQLError(`${JSON.stringify(value)} is no ${name}`)
    }
  }
  return built
}

async function createCommitOnBranch(world: World, { input }: { input: CommitInput }) {
  const { branch, expectedHeadOid: expected, message, fileChanges } = input
  const { repository } = world
  const name = branch.branchName ?? ''
  if (branch.repositoryNameWithOwner !== fullName(world))
    throw refuse('NOT_FOUND', `Could not resolve to a Repository with the name '${branch.repositoryNameWithOwner}'.`)
  const no = refusal(world, name)
  if (no) throw refuse(no.type, no.message)
  const tip = await repository.head(name)
  if (tip === null) throw refuse('NOT_FOUND', `Could not resolve to a Ref with the name 'refs/heads/${name}'.`)
  const stale = () =>
    refuse('STALE_DATA', `Expected branch to point to "${expected}" but it did not.  Pull and try again.`)
  if (tip !== expected) throw stale()
  const additions = (fileChanges?.additions ?? []).map(
    ({ path, contents }) => [path, Buffer.from(contents, 'base64')] as const,
  )
  const deletions = (fileChanges?.deletions ?? []).map(({ path }) => [path, null] as const)
  const text = message.body ? `${message.headline}\n\n${message.body}` : message.headline
  const oid = await commitByApi(world, name, expected, Object.fromEntries([...additions, ...deletions]), text)
  if (oid === null) throw stale()
  const signature = world.signed.has(oid)
    ? { __typename: 'GpgSignature', isValid: true, state: 'VALID', wasSignedByGitHub: true }
    : null
  return { commit: { oid, url: `${world.urls.server}/${fullName(world)}/commit/${oid}`, signature } }
}

/** All or none, each only from the value it was said to have: git's own transaction. */
async function updateRefs(world: World, { input }: { input: RefsInput }) {
  const { repository } = world
  if (input.repositoryId !== 'R_emulated')
    throw refuse('NOT_FOUND', `Could not resolve to a node with the global id of '${input.repositoryId}'`)
  for (const { name, beforeOid, afterOid, force } of input.refUpdates) {
    const no = refusal(world, name.replace('refs/heads/', ''))
    if (no) throw refuse(no.type, no.message)
    const before = beforeOid ?? ZERO
    const forward = before === ZERO || afterOid === ZERO || (await repository.isAncestor(before, afterOid))
    if (!forward && !force) throw refuse('UNPROCESSABLE', `Update of ${name} is not a fast forward`)
  }
  const done = await repository.transaction(
    ...input.refUpdates.map(({ name, beforeOid, afterOid }) => repository.move(name, afterOid, beforeOid ?? '')),
  )
  if (!done) throw refuse('UNPROCESSABLE', 'A ref is not at the value it was expected to have')
  for (const { name } of input.refUpdates) await settle(world, name.replace('refs/heads/', ''))
  return { clientMutationId: null }
}

/** Answers a GraphQL request: checked against GitHub's schema, its errors as GitHub words them, always with status 200. */
export async function answerGraphql(world: World, request: Received): Promise<Reply> {
  const { query, variables } = JSON.parse(request.body) as { query: string; variables?: Record<string, unknown> }
  const document = parse(query)
  const wrong = validate(schema(), document)
  if (wrong.length > 0) {
    world.violations.push(...wrong.map(({ message }) => `GraphQL: ${message}`))
    return json(200, { errors: wrong.map(({ message, locations }) => ({ message, locations })) })
  }
  const result = await execute({
    schema: schema(),
    document,
    variableValues: variables ?? {},
    rootValue: {
      createCommitOnBranch: (args: { input: CommitInput }) => createCommitOnBranch(world, args),
      updateRefs: (args: { input: RefsInput }) => updateRefs(world, args),
    },
  })
  const errors = result.errors?.map(({ message, path, locations, extensions }) => {
    if (extensions.type === undefined) world.violations.push(`GraphQL: ${message}`)
    return { ...(extensions.type ? { type: extensions.type } : {}), path, locations, message }
  })
  return json(200, { data: result.data ?? null, ...(errors && { errors }) })
}
