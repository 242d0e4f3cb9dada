import type { DoctorCheck } from './doctor/check.js'
import { checkCache, checkCompilers, checkCpu, checkNode, checkPip, checkPlatform } from './doctor/machine.js'
import { checkModels } from './doctor/models.js'
import { checkAddon, checkEngine, checkLibtorch } from './doctor/native.js'

export type { DoctorCheck, DoctorStatus } from './doctor/check.js'

export interface DoctorReport {
  /** False when something is missing without which nothing can be spoken. */
  readonly ok: boolean
  readonly checks: readonly DoctorCheck[]
}

/**
 * Looks at everything that speaking needs on this machine, and changes nothing. The addon and LibTorch are opened in
 * processes of their own, so that one that crashes is reported like one that is missing.
 */
export async function runDoctor(): Promise<DoctorReport> {
  const addon = checkAddon()
  const engine = checkEngine()
  const libtorch = checkLibtorch()
  const checks = [
    checkNode(),
    checkPlatform(),
    addon,
    engine,
    libtorch,
    checkCpu(),
    checkCache(),
    await checkModels(),
    checkPip(libtorch.status === 'missing'),
    checkCompilers(addon.status === 'missing' || engine.status === 'missing')
  ]
  return { ok: checks.every((check) => check.status !== 'missing'), checks }
}

/** A line for each check, and below what is missing the command that mends it. */
export function formatDoctorReport(report: DoctorReport): string {
  const width = Math.max(...report.checks.map((check) => check.name.length))
  const lines = report.checks.flatMap(({ name, status, detail, fix }) => {
    const line = `${status.padEnd('missing'.length)}  ${name.padEnd(width)}  ${detail}`
    return fix === undefined ? [line] : [line, `${' '.repeat('missing'.length + width + 4)}-> ${fix}`]
  })
  const closing = report.ok
    ? 'Everything that speaking needs is here.'
    : 'Something is missing; the arrows say how to get it.'
  return [...lines, '', closing].join('\n')
}
