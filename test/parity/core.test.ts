import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../lib/package-root.cjs'
import { checkCore } from './core.js'
import { Report } from './report.js'

it('every stage of v1 to v2Pro gives what the public project gave', async () => {
  const lines: string[] = []
  const report = new Report((line) => lines.push(line))
  await checkCore(join(packageRoot, 'test', 'fixtures', 'goldens', 'core'), report)
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([])
  expect(report.passed).toBeGreaterThan(80)
}, 300_000)
