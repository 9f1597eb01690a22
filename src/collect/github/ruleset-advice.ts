/** What to do about a ruleset: it depends on the rule, which GitHub names in its own words. */

const APP_TOKEN =
  'pass the token of a GitHub App that is on the bypass list as github-token: the GITHUB_TOKEN of a workflow cannot be put on a bypass list'

const BY_PULL_REQUEST = `Set snapshot-mode: pull-request and let the ruleset leave out the branches of this action (\`branch\`, and what begins with its name), or ${APP_TOKEN}.`

const RULES: readonly (readonly [RegExp, string])[] = [
  [
    /commit.?message|message must|committer_?message/i,
    'Its rule is about commit messages: set commit-message to a first line that fits, or let the rule leave out this action by its author.',
  ],
  [
    /(author|committer).{0,10}e-?mail|e-?mail.{0,30}(pattern|match)/i,
    `Its rule is about the author's or committer's e-mail address, which GitHub sets by the token: let the pattern take the address of this token's account, or pass another token as github-token.`,
  ],
  [
    /file.?path|path.{0,20}restrict|file.{0,10}(extension|size)|restricted.{0,20}(path|file)/i,
    'Its rule restricts this path: set snapshot-path (and gateway-path) to one that it allows, or let the rule leave out these files.',
  ],
  [
    /signature|signed/i,
    'Its rule wants signed commits, and this server does not sign what a token commits: pass the token of a GitHub App as github-token.',
  ],
  [
    /branch.?name|name.{0,20}pattern|creations? (is|are|being) restricted|restrict.{0,10}creat|cannot create ref/i,
    'Its rule is about which branches may be made: set `branch` to a name that it allows, and let it leave out what begins with that name, for commits are prepared on a branch beside.',
  ],
  [/pull request/i, BY_PULL_REQUEST],
  [/status check|required check|deployment/i, `Its rule wants checks to pass first. ${BY_PULL_REQUEST}`],
]

/** The advice for every rule that GitHub's words name, or what helps with most. */
export function adviceFor(said: string): string {
  const advice = RULES.filter(([rule]) => rule.test(said)).map(([, text]) => text)
  return advice.join(' ') || BY_PULL_REQUEST
}
