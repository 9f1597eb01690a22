import { existsSync, readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXAMPLE, exampleFile } from '../../scripts/gateway-example.ts'
import { schemaFiles } from '../../scripts/schemas.ts'
import { formatSnapshot } from '../../src/vocabulary/limits/snapshot.ts'

describe('the published JSON Schemas', () => {
  test.each(schemaFiles())('$path is what npm run schemas writes', ({ path, text }) => {
    expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(text)
  })

  const validator = (name: string) => {
    const ajv = new Ajv2020.default({ allErrors: true, allowUnionTypes: true })
    addFormats.default(ajv)
    return ajv.compile(JSON.parse(readFileSync(`docs/schemas/${name}.schema.json`, 'utf8')))
  }

  test.each([
    ['snapshot', JSON.parse(formatSnapshot(EXAMPLE)), true],
    ['snapshot', { version: 2, organization: [], workspaces: [] }, false],
    ['gateway', JSON.parse(exampleFile()), true],
    ['gateway', { version: 1, models: {}, organization: {} }, false],
    ['policy', parse(readFileSync('docs/policy.md', 'utf8').match(/```yaml policy\n([\s\S]*?)```/)?.[1] ?? ''), true],
    ['policy', {}, true],
    ['policy', { threshold: [] }, false],
  ])('%s takes what is right and nothing else: %#', (name, value, valid) => {
    const validate = validator(name)
    expect(validate(value), JSON.stringify(validate.errors)).toBe(valid)
  })

  test('the report schema lets keys be added', () => {
    const schema = JSON.parse(readFileSync('docs/schemas/report.schema.json', 'utf8'))
    expect(JSON.stringify(schema)).not.toContain('additionalProperties')
  })
})
