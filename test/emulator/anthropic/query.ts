import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Received } from '../exchange.ts'
import { invalid } from './errors.ts'

/** Query parameters, strictly: an unknown one, one given twice, or one of the wrong form is refused with 400. */
export function readQuery<Shape extends z.ZodRawShape>(request: Received, shape: Shape): z.output<z.ZodObject<Shape>> {
  const raw: Record<string, string | string[]> = {}
  for (const name of new Set(request.query.keys())) {
    const values = request.query.getAll(name)
    if (name.endsWith('[]')) raw[name] = values
    else if (values.length === 1) raw[name] = values[0]!
    else throw invalid(`${name}: Given more than once`)
  }
  const parsed = schemaOf(shape).safeParse(raw)
  if (parsed.success) return parsed.data as z.output<z.ZodObject<Shape>>
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys') throw invalid(`${issue.keys[0]}: Extra inputs are not permitted`)
  throw invalid(`${issue?.path.join('.')}: ${issue?.message}`)
}

const schemas = new WeakMap<z.ZodRawShape, z.ZodType>()

/** Made once for a shape: to compile it takes longer than to use it. */
function schemaOf(shape: z.ZodRawShape): z.ZodType {
  const schema = schemas.get(shape) ?? z.strictObject(shape)
  schemas.set(shape, schema)
  return schema
}

/** `limit`, `limit=1…max`. */
export const limit = (max: number) =>
  z.string().regex(/^\d+$/, 'Input should be a valid integer').transform(Number).pipe(z.int().min(1).max(max))
export const flag = z.enum(['true', 'false'], 'Input should be a valid boolean').transform((value) => value === 'true')
/** RFC 3339 with a time zone, to UTC ms. */
export const instant = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value))
export const list = z.array(z.string().min(1))

/** A cursor that works only with the query it was made for: same path, same parameters, `page` aside. */
export function sealCursor(request: Received, position: number[]): string {
  return Buffer.from(JSON.stringify([fingerprint(request), ...position])).toString('base64url')
}

/** The position in a cursor, or undefined where the query has none; 400 for a cursor of another query. */
export function openCursor(request: Received): number[] | undefined {
  const cursor = request.query.get('page')
  if (cursor === null) return undefined
  const [query, ...position] = parse(Buffer.from(cursor, 'base64url').toString())
  if (query !== fingerprint(request)) throw invalid('page: Invalid cursor for these parameters')
  return position as number[]
}

function parse(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

function fingerprint(request: Received): string {
  const parts = [...request.query].filter(([name]) => name !== 'page').map((pair) => pair.join('='))
  return createHash('sha256')
    .update(`${request.path}?${parts.sort().join('&')}`)
    .digest('hex')
    .slice(0, 16)
}
