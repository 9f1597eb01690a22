/** Where a reader goes next; null where there is no such place. */
export type Links = { run: string | null; usage: string; limits: string; runbook: string | null }

const CONSOLE = 'https://platform.claude.com'

/** The links of a run, from its environment and the input `runbook-url`. Its own address is known only on a runner. */
export function linksOf(env: Readonly<Record<string, string | undefined>>, runbookUrl: string | null): Links {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env
  return {
    run: server && repository && id ? `${server}/${repository}/actions/runs/${id}` : null,
    usage: `${CONSOLE}/usage`,
    limits: `${CONSOLE}/usage/limits`,
    runbook: runbookUrl,
  }
}
