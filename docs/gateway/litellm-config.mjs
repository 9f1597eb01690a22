// Prints a LiteLLM proxy configuration with the limits of one workspace:
//   node litellm-config.mjs claude-gateway.json wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ > config.yaml
// Without a workspace ID: with those of the organization.
import { readFileSync } from 'node:fs'

const [path, workspace] = process.argv.slice(2)
const file = JSON.parse(readFileSync(path, 'utf8'))
if (file.version !== 1) throw new Error(`${path} has version ${file.version}; this script reads version 1.`)
const scope = workspace ? file.workspaces[workspace]?.limits : file.organization
if (!scope) throw new Error(`${path} has no workspace ${workspace}.`)

// JSON strings are YAML strings: no name needs more quoting than this.
const line = (spaces, key, value) => `${' '.repeat(spaces)}${key}: ${JSON.stringify(value)}`
const models = Object.entries(file.models).flatMap(([model, group]) => {
  const { requests_per_minute: rpm, ...others } = scope[group]
  return [
    `  - ${line(0, 'model_name', model)}`,
    '    litellm_params:',
    line(6, 'model', `anthropic/${model}`),
    '      api_key: os.environ/ANTHROPIC_API_KEY',
    ...(rpm == null ? [] : [line(6, 'rpm', rpm)]),
    '    model_info:',
    line(6, 'rate_limit_group', group),
    ...Object.entries(others).map(([limiter, limit]) => line(6, limiter, limit)),
  ]
})
const config = [
  'model_list:',
  ...models,
  'router_settings:',
  '  # Without this check, LiteLLM takes rpm for a hint only.',
  '  optional_pre_call_checks: [enforce_model_rate_limits]',
]
console.log(config.join('\n'))
