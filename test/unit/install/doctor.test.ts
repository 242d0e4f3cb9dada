import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { formatDoctorReport, runDoctor } from '../../../lib/doctor.js'

afterEach(() => vi.unstubAllEnvs())

test('looks at everything that speaking needs', async () => {
  const report = await runDoctor()
  const names = ['node', 'platform', 'addon', 'engine', 'libtorch', 'cpu', 'cache', 'models', 'pip', 'compiler']
  expect(report.checks.map((check) => check.name)).toEqual(names)
  expect(report.ok).toBe(report.checks.every((check) => check.status !== 'missing'))
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
})

test('whatever is missing comes with what mends it', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'gsv-doctor-'))
  vi.stubEnv('LIBTORCH', empty)
  vi.stubEnv('GSV_PYTHON', join(empty, 'no-python'))
  const report = await runDoctor()
  rmSync(empty, { recursive: true })
  expect(report.ok).toBe(false)
  const absent = report.checks.filter((check) => check.status === 'missing')
  expect(absent.map((check) => check.name)).toEqual(expect.arrayContaining(['libtorch', 'pip']))
  expect(absent.every((check) => (check.fix ?? '') !== '')).toBe(true)
})

test('prints one line for each check and an arrow to what mends it', () => {
  const text = formatDoctorReport({
    ok: false,
    checks: [
      { name: 'node', status: 'ok', detail: '22.0.0' },
      { name: 'libtorch', status: 'missing', detail: 'not found', fix: 'npm rebuild gpt-sovits' }
    ]
  })
  expect(text.split('\n').slice(0, 3)).toEqual([
    'ok       node      22.0.0',
    'missing  libtorch  not found',
    '                   -> npm rebuild gpt-sovits'
  ])
})
