import { writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { policySchema } from '../src/collect/repository/policy-schema.ts'
import { reportSchema } from '../src/report/schemas/report-schema.ts'
import { gatewaySchema } from '../src/tell/files/gateway.ts'
import { snapshotSchema } from '../src/vocabulary/limits/snapshot.ts'

/** Writes the published JSON Schemas from the schemas of the code. A test fails when a file is not what this writes. */

const SCHEMAS: Record<string, { title: string; schema: z.ZodType }> = {
  snapshot: { title: 'Claude Rate Limit Audit: snapshot file', schema: snapshotSchema },
  gateway: { title: 'Claude Rate Limit Audit: gateway file', schema: gatewaySchema },
  policy: { title: 'Claude Rate Limit Audit: policy file', schema: policySchema },
  report: { title: 'Claude Rate Limit Audit: report file', schema: reportSchema },
}

/** Each schema file, as it should be. */
export function schemaFiles(): { path: string; text: string }[] {
  return Object.entries(SCHEMAS).map(([name, { title, schema }]) => {
    // What a file may hold is what the schema takes: a policy as people write it, a report with keys added later.
    const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' })
    return {
      path: `docs/schemas/${name}.schema.json`,
      text: `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`,
    }
  })
}

if (import.meta.main) {
  for (const { path, text } of schemaFiles()) await writeFile(path, text)
}
