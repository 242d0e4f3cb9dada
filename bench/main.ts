// npm run bench -- --peer DIR_OF_UPSTREAM [--python PY] [--genie PY] [--versions v2,v2ProPlus,v3,v4] [--json]
//   [--rounds N] [--threads N] [--voice DIR] [--flow-tokens N] [--sample-steps N] [--precision fp16|int8]
// Full-size random voices, spoken by this library and by its peers, taking turns in one run; medians.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { importVoice } from '../lib/index.js'
import { packageRoot } from '../lib/package-root.cjs'
import { compare, type Setting } from './compare.js'
import { COMPARED, CPU } from './measures.js'
import { print, type Report } from './report.js'
import { type Precision, TOKENS, TOKENS_PER_SECOND, type Version, VERSIONS } from './requests.js'
import { sentenceOf } from './sentence.js'

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    genie: { type: 'string' },
    python: { type: 'string', default: process.env['PYTHON'] ?? 'python3' },
    versions: { type: 'string', default: VERSIONS.join(',') },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    'flow-tokens': { type: 'string', default: String(TOKENS) },
    'sample-steps': { type: 'string', default: '32' },
    precision: { type: 'string', default: 'fp16' },
    voice: { type: 'string' },
    json: { type: 'boolean', default: false }
  }
})

function versionsAsked(): Version[] {
  const asked = values.versions.split(',')
  const unknown = asked.find((name) => !VERSIONS.includes(name as Version))
  if (unknown !== undefined) throw new Error(`--versions: ${unknown} is none of ${VERSIONS.join(', ')}`)
  return asked as Version[]
}

function makeVoices(folder: string, versions: readonly Version[]): void {
  const args = [join(packageRoot, 'bench', 'make_voice.py'), folder, ...versions]
  const made = spawnSync(values.python, args, { stdio: 'inherit' })
  if (made.status !== 0) throw new Error(`${values.python} could not make the voices; it needs numpy and torch`)
}

/** What a version needs beside the files that all have. */
const PARTS: Readonly<Record<Version, Readonly<Record<string, string>>>> = {
  v2: {},
  v2ProPlus: { speaker: 'speaker.ckpt' },
  v3: { vocoder: 'bigvgan' },
  v4: { vocoder: 'vocoder.pth' }
}

async function importVersion(voice: string, version: Version, modules: string): Promise<void> {
  const parts = Object.entries(PARTS[version]).map(([name, file]) => [name, join(voice, file)])
  const files = { gpt: join(voice, 'voice.ckpt'), sovits: join(voice, `${version}.pth`), hubert: join(voice, 'hubert') }
  await importVoice({ ...files, ...(Object.fromEntries(parts) as Record<string, string>) }, modules)
}

/** Of the rows that are there. */
function ratiosOf(seconds: Readonly<Record<string, number>>, before: string): Record<string, number> {
  const pairs = Object.entries(COMPARED).flatMap(([name, [ours, peer]]) => {
    const [own, other] = [seconds[before + ours], seconds[before + peer]]
    return own === undefined || other === undefined ? [] : [[name, other / own] as const]
  })
  return Object.fromEntries(pairs)
}

async function run(versions: readonly Version[], scratch: string): Promise<Report> {
  const voice = values.voice ?? scratch
  makeVoices(voice, versions)
  const seconds: Record<string, number> = {}
  const lengths: Record<string, number> = {}
  let about: Record<string, unknown> = {}
  let s2SignalToNoise: number | undefined
  for (const version of versions) {
    const modules = join(scratch, version)
    await importVersion(voice, version, modules)
    const isFlow = version === 'v3' || version === 'v4'
    const tokens = isFlow ? Number(values['flow-tokens']) : TOKENS
    const { peer, genie, python, threads } = values
    const counts = { rounds: Number(values.rounds), sampleSteps: Number(values['sample-steps']) }
    const precision = values.precision as Precision
    const setting: Setting = { version, precision, modules, voice, scratch, peer, genie, python, threads, ...counts }
    const compared = await compare(setting, await sentenceOf(tokens))
    rmSync(modules, { recursive: true, force: true })
    Object.assign(seconds, compared.seconds)
    for (const name of Object.keys(compared.seconds)) lengths[name] = tokens / TOKENS_PER_SECOND
    about = { ...about, ...compared.about }
    s2SignalToNoise = compared.s2SignalToNoise ?? s2SignalToNoise
  }
  const ratios = ratiosOf(seconds, '')
  const cpuRatios = ratiosOf(seconds, CPU)
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    ...{ threads: Number(values.threads), rounds: Number(values.rounds), load: loadavg() },
    ...{ sampleSteps: Number(values['sample-steps']), seconds, lengths },
    ...(Object.keys(ratios).length > 0 && { peers: about, ratios, cpuRatios }),
    ...(s2SignalToNoise !== undefined && { s2SignalToNoise })
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'gsv-bench-'))
try {
  const report = await run(versionsAsked(), scratch)
  if (values.json) console.log(JSON.stringify(report))
  else print(report)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
