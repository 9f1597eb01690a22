import { data, Evaluator, Lexer, Parser } from '@actions/expressions'

/** GitHub's own evaluator of expressions, with the contexts and the status functions of a job. */

export type Status = 'success' | 'failure'
export type Contexts = Record<string, unknown>

const STATUS_FUNCTIONS = ['success', 'failure', 'cancelled', 'always']
const CONTEXTS = ['steps', 'inputs', 'secrets', 'vars', 'github', 'matrix', 'needs', 'env', 'job', 'runner']

/** The value of one expression, without `${{ }}` around it. */
function evaluate(expression: string, contexts: Contexts, status: Status): data.ExpressionData {
  const results: Record<string, boolean> = {
    success: status === 'success',
    failure: status === 'failure',
    cancelled: false,
    always: true,
  }
  const functions = STATUS_FUNCTIONS.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(results[name] === true),
  }))
  const parsed = new Parser(new Lexer(expression).lex().tokens, CONTEXTS, functions).parse()
  const known = new Map(functions.map((each) => [each.name, each]))
  return new Evaluator(parsed, dictionary(contexts), known).evaluate()
}

/** Whether a step or job runs. Without a status function in it, `success()` is asked for as well, as GitHub does. */
export function runs(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  const expression = (condition ?? 'success()').trim().replace(/^\$\{\{([\s\S]*)\}\}$/, '$1')
  const asks = new RegExp(`\\b(${STATUS_FUNCTIONS.join('|')})\\s*\\(`).test(expression)
  const isTrue = isTruthy(evaluate(expression, contexts, status))
  return isTrue && (asks || status === 'success')
}

/** A text in which every `${{ }}` is replaced by what it stands for. */
export function filled(text: string, contexts: Contexts, status: Status): string {
  return text.replaceAll(/\$\{\{([\s\S]*?)\}\}/g, (_all, expression: string) =>
    evaluate(expression, contexts, status).coerceString(),
  )
}

function isTruthy(value: data.ExpressionData): boolean {
  const text = value.coerceString()
  return !(text === '' || text === 'false' || text === '0' || text === 'NaN')
}

function dictionary(values: Contexts): data.Dictionary {
  return new data.Dictionary(...Object.entries(values).map(([key, value]) => ({ key, value: toData(value) })))
}

function toData(value: unknown): data.ExpressionData {
  if (typeof value === 'string') return new data.StringData(value)
  if (typeof value === 'boolean') return new data.BooleanData(value)
  if (typeof value === 'number') return new data.NumberData(value)
  if (value === null || value === undefined) return new data.Null()
  return dictionary(value as Contexts)
}
