import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program that answers like `python3 -m pip`: it hands out the wheels that were put into its folder. */
export interface FakePython {
  readonly program: string
  /** Wheels by requirement: `torch==2.13.0+cpu` is served from the folder of that name. */
  readonly shelf: string
  /** The arguments of every download. */
  downloads(): string[]
}

// Node runs it under a python's name: `-m pip download … --dest FOLDER REQUIREMENT`.
const source = (shelf: string, log: string): string => `#!${process.execPath}
const fs = require('node:fs')
const path = require('node:path')
const args = process.argv.slice(2)
if (args[0] === '-c') { console.log(process.env.FAKE_TORCH ?? ''); process.exit(0) }
if (args.includes('--version')) { console.log('pip 99.0 from nowhere'); process.exit(0) }
fs.appendFileSync(${JSON.stringify(log)}, args.join(' ') + '\\n')
if (process.env.FAKE_PIP_UNREACHABLE) {
  console.error('WARNING: Retrying (Retry(total=4)) after connection broken')
  console.error('ERROR: No matching distribution found')
  process.exit(1)
}
const folder = path.join(${JSON.stringify(shelf)}, args.at(-1))
if (!fs.existsSync(folder)) { console.error('ERROR: No matching distribution found for ' + args.at(-1)); process.exit(1) }
const wheel = fs.readdirSync(folder)[0]
const wait = Number(process.env.FAKE_PIP_WAIT_MS ?? 0)
fs.writeFileSync(path.join(process.env.TMPDIR, 'half'), 'half')
setTimeout(() => fs.copyFileSync(path.join(folder, wheel), path.join(args[args.indexOf('--dest') + 1], wheel)), wait)
`

export function createFakePython(folder: string): FakePython {
  const shelf = join(folder, 'shelf')
  const log = join(folder, 'downloads.log')
  const program = join(folder, 'python.cjs')
  mkdirSync(shelf, { recursive: true })
  writeFileSync(program, source(shelf, log))
  chmodSync(program, 0o755)
  return {
    program,
    shelf,
    downloads: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
  }
}
