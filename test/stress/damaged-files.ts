// npm run stress:files -- [--every N] [--from N] [PART...]: tries every Nth changed file of every part (test/damaged), in
// processes of their own, so that a crash is seen too. Says which change did it; the same arguments try the same ones.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, URL } from 'node:url'
import { parseArgs } from 'node:util'
import { mutationsOf } from '../damaged/mutations.js'
import { outcomeOf } from '../damaged/outcome.js'
import { draftOf, layouts, type Part, writeDraft } from '../damaged/voices.js'

const LONGEST_MS = 60_000
const CACHED = 100 // changes between clearances of the cache

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: 'string', default: '100' },
    from: { type: 'string', default: '0' },
    child: { type: 'boolean', default: false }
  }
})
const [every, from] = [Number(values.every), Number(values.from)]

/** Tries every `every`th change from `at` on; tells each before and after on standard output. */
async function tryChanges(part: Part, at: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gsv-damaged-'))
  const whole = join(folder, 'whole')
  mkdirSync(whole)
  for (const each of Object.keys(layouts) as Part[]) writeDraft(whole, each, draftOf(each))
  const all = mutationsOf(part)
  for (let index = at, tried = 1; index < all.length; index += every, tried++) {
    const mutation = all[index]!
    process.stdout.write(`${JSON.stringify({ index, name: mutation.name })}\n`)
    const outcome = await outcomeOf(mutation, whole, join(folder, 'changed'))
    process.stdout.write(`${JSON.stringify(outcome)}\n`)
    if (tried % CACHED === 0) rmSync(join(whole, 'cache'), { recursive: true, force: true })
  }
  rmSync(folder, { recursive: true, force: true })
}

interface Tally {
  spoke: number
  refused: number
  faults: number
}

async function judge(part: Part): Promise<Tally> {
  const tally: Tally = { spoke: 0, refused: 0, faults: 0 }
  const fault = (name: string, message: string): void => {
    tally.faults++
    process.stdout.write(`FAULT ${part}: ${name}: ${message}\n`)
  }
  for (let at: number | undefined = from; at !== undefined;) {
    const script = fileURLToPath(new URL('damaged-files.ts', import.meta.url))
    const args = ['--import', 'tsx', script, '--child', '--every', String(every), '--from', String(at), part]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    let current: { index: number; name: string } | undefined
    let timer: NodeJS.Timeout | undefined
    for await (const line of createInterface(child.stdout)) {
      clearTimeout(timer)
      const said = JSON.parse(line) as { index?: number; name?: string; kind?: string; message?: string }
      if (said.index !== undefined) {
        current = { index: said.index, name: said.name ?? '' }
        timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
        continue
      }
      if (said.kind === 'fault') fault(current?.name ?? '', said.message ?? '')
      else if (said.kind === 'spoke') tally.spoke++
      else tally.refused++
      current = undefined
    }
    clearTimeout(timer)
    const code = await ended
    if (current) fault(current.name, `the process ended (${code ?? 'killed'}) or took more than ${LONGEST_MS / 1000} s`)
    at = current && current.index + every
  }
  return tally
}

if (values.child) {
  await tryChanges(positionals[0] as Part, from)
  process.exit(0)
}
let faults = 0
for (const part of positionals.length > 0 ? (positionals as Part[]) : (Object.keys(layouts) as Part[])) {
  const tally = await judge(part)
  faults += tally.faults
  process.stdout.write(`${part}: ${tally.refused} refused by name, ${tally.spoke} spoke, ${tally.faults} faults\n`)
}
process.exitCode = faults > 0 ? 1 : 0
