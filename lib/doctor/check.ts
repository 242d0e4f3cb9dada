import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageRoot } from '../package-root.cjs'

/** `note`: not as good as it could be, or absent and not needed now. */
export type DoctorStatus = 'ok' | 'note' | 'missing'

export interface DoctorCheck {
  readonly name: string
  readonly status: DoctorStatus
  readonly detail: string
  /** The command, or the one sentence, that mends it. */
  readonly fix?: string
}

export function ok(name: string, detail: string): DoctorCheck {
  return { name, status: 'ok', detail }
}

export function missing(name: string, detail: string, fix: string): DoctorCheck {
  return { name, status: 'missing', detail, fix }
}

export function note(name: string, detail: string, fix?: string): DoctorCheck {
  return fix === undefined ? { name, status: 'note', detail } : { name, status: 'note', detail, fix }
}

// Plain JavaScript in scripts/, since the install step asks the same before this file is compiled.
type Probe = typeof import('../../scripts/libtorch/probe.cjs')
export const probe = createRequire(join(packageRoot, 'package.json'))('./scripts/libtorch/probe.cjs') as Probe
