// Prints a LiteLLM proxy configuration with the limits of one workspace:
//   node litellm-config.mjs claude-gateway.json wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ > config.yaml
// Without a workspace ID: with those of the organization. What LiteLLM cannot limit is said on stderr and in the file.
import { readFileSync } from 'node:fs'

const [path, workspace] = process.argv.slice(2)
const file = JSON.parse(readFileSync(path, 'utf8'))
if (file.version !== 1) throw new Error(`${path} has version ${file.version}; this script reads version 1.`)
const scope = workspace ? file.workspaces[workspace]?.limits : file.organization
if (!scope) throw new Error(`${path} has no workspace ${workspace}.`)

/** LiteLLM's own limits of a deployment, and Anthropic's that each stands for: where there are two, the lower is taken. */
const KEYS = [
  { key: 'rpm', limiters: ['requests_per_minute'] },
  { key: 'itpm', limiters: ['input_tokens_per_minute_cache_aware', 'input_tokens_per_minute'] },
  { key: 'otpm', limiters: ['output_tokens_per_minute'] },
  { key: 'tpm', limiters: ['tokens_per_minute'], isRare: true },
]

// JSON strings are YAML strings: no name needs more quoting than this.
const line = (spaces, key, value) => `${' '.repeat(spaces)}${key}: ${JSON.stringify(value)}`
const comment = (text) => `      # ${text}`

const models = Object.entries(file.models).flatMap(([model, group]) => {
  const limits = scope[group]
  const shared = Object.keys(file.models).filter((other) => file.models[other] === group && other !== model)
  const others = Object.entries(limits).filter(([name]) => !KEYS.some(({ limiters }) => limiters.includes(name)))
  return [
    `  - ${line(0, 'model_name', model)}`,
    '    litellm_params:',
    line(6, 'model', `anthropic/${model}`),
    '      api_key: os.environ/ANTHROPIC_API_KEY',
    ...(shared.length > 0 ? [comment(`Shared with ${shared.join(', ')}: LiteLLM counts each model by itself.`)] : []),
    ...KEYS.flatMap((one) => limitLines(model, limits, one)),
    '    model_info:',
    line(6, 'rate_limit_group', group),
    ...others.map(([limiter, limit]) => line(6, limiter, limit)),
  ]
})

/** One limit of a deployment, or why there is none: without it LiteLLM lets everything through. */
function limitLines(model, limits, { key, limiters, isRare }) {
  const named = limiters.filter((limiter) => limiter in limits)
  const values = named.map((limiter) => limits[limiter]).filter((limit) => limit !== null)
  if (values.length === 0) {
    if (isRare && named.length === 0) return []
    const why = named.length > 0 ? 'Anthropic names this limit without a value' : 'Anthropic lists no such limit'
    const text = `No ${key}: ${why}, and LiteLLM does not limit it.`
    console.error(`${model}: ${text}`)
    return [comment(text)]
  }
  const countsReads = key === 'itpm' && limits.input_tokens_per_minute != null
  const note = comment(
    'Cache reads count toward this limit, and LiteLLM leaves them out: Anthropic can refuse before it does.',
  )
  return [...(countsReads ? [note] : []), line(6, key, Math.min(...values))]
}

const config = [
  '# For LiteLLM 1.93.0 or later: earlier versions do not know itpm and otpm, and limit no tokens.',
  'model_list:',
  ...models,
  'router_settings:',
  '  # Without this check, LiteLLM takes these limits for a hint only.',
  '  optional_pre_call_checks: [enforce_model_rate_limits]',
]
console.log(config.join('\n'))
