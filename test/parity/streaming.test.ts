import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../lib/package-root.cjs'
import { Report } from './report.js'
import { checkStreaming } from './streaming.js'

it('parts of sentences and their joins are what the public project gave', async () => {
  const lines: string[] = []
  const report = new Report((line) => lines.push(line))
  await checkStreaming(join(packageRoot, 'test', 'fixtures', 'goldens', 'streaming'), report)
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([])
  expect(report.passed).toBeGreaterThan(30)
}, 120_000)
