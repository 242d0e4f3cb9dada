import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../lib/package-root.cjs'
import { checkFlow } from './flow.js'
import { Report } from './report.js'

it('every stage of v3, v4 and a LoRA gives what the public project gave', async () => {
  const lines: string[] = []
  const report = new Report((line) => lines.push(line))
  await checkFlow(join(packageRoot, 'test', 'fixtures', 'goldens', 'v3v4'), report)
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([])
  expect(report.passed).toBeGreaterThan(25)
}, 300_000)
