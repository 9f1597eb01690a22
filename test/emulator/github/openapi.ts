import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

/** A node of GitHub's OpenAPI document; only the keywords used here are named. */
type Schema = {
  $ref?: string
  type?: string
  format?: string
  nullable?: boolean
  enum?: unknown[]
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
}
type Media = { schema?: Schema }
type Parameter = { name: string; in: 'path' | 'query'; required?: boolean; schema: Schema }
type ReplyObject = { content?: Record<string, Media>; $ref?: string }
type Operation = {
  parameters?: (Parameter & { $ref?: string })[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, ReplyObject>
}
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, unknown>>
}

const document: Document = JSON.parse(readFileSync(new URL('./openapi.json', import.meta.url), 'utf8'))
const JSON_TYPE = 'application/json'

function resolve<T extends { $ref?: string }>(node: T): T {
  if (node.$ref === undefined) return node
  const [, , kind = '', name = ''] = node.$ref.split('/')
  return document.components[kind]?.[name] as T
}

/** OpenAPI 3.0 says `nullable`; JSON Schema, and so ajv, says "or null". */
function orNull(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(orNull)
  if (node === null || typeof node !== 'object') return node
  const { nullable, ...rest } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, orNull(value)]))
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest
}

// Formats that only GitHub uses (`repo.nwo`, `int64`) say nothing that could be checked.
const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false, logger: false })
addFormats.default(ajv)
ajv.addSchema(orNull(document) as object, 'github')
const compiled = new Map<Schema, ValidateFunction>()

function problems(schema: Schema, value: unknown, where: string): string[] {
  let check = compiled.get(schema)
  if (check === undefined) {
    const inDocument = JSON.parse(JSON.stringify(orNull(schema)).replaceAll('"#/components/', '"github#/components/'))
    check = ajv.compile(inDocument)
    compiled.set(schema, check)
  }
  if (check(value)) return []
  return (check.errors ?? []).map((error) => `${where}${error.instancePath} ${error.message}`)
}

/** The path templates GitHub publishes, `/repos/{owner}/…`, for the operations the emulator serves. */
export type Route = { method: string; template: string }

/** Where a request breaks GitHub's description of the operation; empty where it keeps to it. A name it does not know counts. */
export function requestProblems(
  route: Route,
  path: Record<string, string>,
  query: URLSearchParams,
  body: unknown,
): string[] {
  const operation = operationOf(route)
  const parameters = (operation.parameters ?? []).map(resolve)
  const found: string[] = []
  const known = new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name))
  for (const name of query.keys()) if (!known.has(name)) found.push(`query has unknown ${name}`)
  for (const { name, in: place, required, schema } of parameters) {
    const given = place === 'path' ? path[name] : (query.get(name) ?? undefined)
    if (given === undefined) {
      if (required) found.push(`${place} lacks ${name}`)
      continue
    }
    const value = schema.type === 'integer' && /^\d+$/.test(given) ? Number(given) : given
    found.push(...problems(schema, value, `${place} ${name}`))
  }
  const schema = operation.requestBody?.content[JSON_TYPE]?.schema
  if (schema === undefined) return body === undefined ? found : [...found, 'a body is sent where none is described']
  if (body === undefined) return found
  found.push(...problems(schema, body, 'body'))
  const names = new Set([schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap(propertyNames))
  if (names.size > 0 && typeof body === 'object' && body !== null && !Array.isArray(body)) {
    for (const name of Object.keys(body)) if (!names.has(name)) found.push(`body has unknown ${name}`)
  }
  return found
}

/**
 * A reply as GitHub would give it: what the emulator knows, and the rest of what GitHub's description requires filled
 * with placeholders of the right type. Throws where the result is not what GitHub describes.
 */
export function completeReply(route: Route, status: number, value: unknown): unknown {
  const schema = replySchema(route, status)
  if (schema === undefined) return undefined
  const completed = complete(schema, value)
  const found = problems(schema, completed, 'reply')
  if (found.length > 0) throw new Error(`${route.method} ${route.template} ${status}: ${found.join('; ')}`)
  return completed
}

function operationOf({ method, template }: Route): Operation {
  const operation = document.paths[template]?.[method.toLowerCase()]
  if (operation === undefined) throw new Error(`${method} ${template} is not in openapi.json`)
  return operation
}

/** GitHub documents few of its errors; those it leaves out have the form of the others. */
function replySchema(route: Route, status: number): Schema | undefined {
  const described = operationOf(route).responses[String(status)]
  const schema = described && resolve(described).content?.[JSON_TYPE]?.schema
  if (schema !== undefined) return schema
  if (status === 422) return { $ref: '#/components/schemas/validation-error' }
  return status >= 400 ? { $ref: '#/components/schemas/basic-error' } : undefined
}

function propertyNames(schema: Schema): string[] {
  return Object.keys(resolve(schema).properties ?? {})
}

function complete(reference: Schema, given: unknown): unknown {
  const schema = resolve(reference)
  if (given === null) return null
  if (given === undefined && (schema.nullable || reference.nullable)) return null
  if (schema.allOf !== undefined) return schema.allOf.reduce<unknown>((value, part) => complete(part, value), given)
  const choices = schema.oneOf ?? schema.anyOf
  if (choices !== undefined) {
    const items = Array.isArray(given)
    const fitting = choices.find((choice) => (resolve(choice).type === 'array') === items && fits(choice, given))
    return complete(fitting ?? choices[0] ?? {}, given)
  }
  if (schema.properties !== undefined) {
    const object = (given ?? {}) as Record<string, unknown>
    const names = new Set([...(schema.required ?? []), ...Object.keys(object)])
    return Object.fromEntries(
      [...names].map((name) => {
        const property = schema.properties?.[name]
        return [name, property === undefined ? object[name] : complete(property, object[name])]
      }),
    )
  }
  if (Array.isArray(given)) return given.map((item) => (schema.items ? complete(schema.items, item) : item))
  return given ?? placeholder(schema)
}

/** Whether the choice's own `type` (content is a file, a symlink, …) is the one given. */
function fits(choice: Schema, given: unknown): boolean {
  const type = resolve(choice).properties?.type?.enum
  return type === undefined || type.includes((given as { type?: unknown } | undefined)?.type)
}

function placeholder(schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.type === 'integer' || schema.type === 'number') return 0
  if (schema.type === 'boolean') return false
  if (schema.type === 'array') return []
  if (schema.type === 'object') return {}
  if (schema.format === 'uri') return 'https://placeholder.invalid/'
  if (schema.format === 'date-time') return '2026-01-01T00:00:00Z'
  return ''
}
