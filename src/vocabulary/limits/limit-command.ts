/**
 * The command of Anthropic's CLI that sets a workspace's limit (API reference: update a workspace rate limit). It is there to
 * be pasted into a shell, and IDs may come from a file that anybody can propose: null where one is more than a word.
 */
export function limitCommand(workspaceId: string, limiter: string, value: number): string | null {
  if (![workspaceId, limiter].every((text) => /^\w+$/.test(text))) return null
  const limit = JSON.stringify({ type: limiter, value })
  return `ant organization:workspaces:rate-limits update --workspace-id ${workspaceId} --rate-limit-id RATE_LIMIT_ID --limit '${limit}'`
}
