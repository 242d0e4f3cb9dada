// npm run bench:text [-- --peer UPSTREAM_DIR --python PY] [--modes zh,ja] [--parts speed,start,growth] [--runs N]
//   [--texts DIR] [--megabytes N] [--json]
// The text frontend's speed, start, memory and growth; with --peer the public Python project's, taking turns.
// Needs `npm run build`, the addon and the dictionaries. Speeds are by processor time, in characters of the input.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { growth, type Growth } from './text/growth.js'
import { type Peer, startPeer } from './text/readers.js'
import { speed, type Speed } from './text/speed.js'
import { start, type Start } from './text/start.js'
import { textsOf } from './text/texts.js'

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    python: { type: 'string', default: process.env['PYTHON'] ?? 'python3' },
    texts: { type: 'string' },
    modes: { type: 'string', default: 'zh,en,ja,ko,yue,auto' },
    parts: { type: 'string', default: 'speed,start,growth' },
    runs: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false }
  }
})

interface Row {
  readonly speed?: Speed
  readonly start?: Start
  readonly growth?: Growth
}

const COLUMNS: readonly (readonly [head: string, cell: (row: Row) => number | undefined, digits: number])[] = [
  ['again', (row) => row.speed?.again, 0],
  ['unseen', (row) => row.speed?.unseen, 0],
  ['steady', (row) => row.speed?.steady, 0],
  ['cold', (row) => row.speed?.cold, 0],
  ['upstream', (row) => row.speed?.upstream, 0],
  ['its first', (row) => row.speed?.upstreamUnseen, 0],
  ['x again', (row) => row.speed?.ratios?.again, 1],
  ['x unseen', (row) => row.speed?.ratios?.unseen, 1],
  ['x steady', (row) => row.speed?.ratios?.steady, 1],
  ['x cold', (row) => row.speed?.ratios?.cold, 1],
  ['start ms', (row) => row.start?.milliseconds, 0],
  ['MB', (row) => row.start?.resident, 0],
  ['1 part s', (row) => row.growth?.seconds, 2],
  ['2 parts', (row) => row.growth?.secondsOfTwice, 2],
  ['growth', (row) => row.growth?.factor, 2],
  ['MB above', (row) => row.growth?.memory, 0]
]

function print(rows: Readonly<Record<string, Row>>): void {
  const columns = COLUMNS.filter(([, cell]) => Object.values(rows).some((row) => cell(row) !== undefined))
  const line = (cells: readonly string[]): void => console.log(cells.map((cell) => cell.padStart(10)).join(''))
  line(['mode', ...columns.map(([head]) => head)])
  for (const [mode, row] of Object.entries(rows)) {
    const cells = columns.map(([, cell, digits]) => {
      const format = { minimumFractionDigits: digits, maximumFractionDigits: digits }
      return cell(row)?.toLocaleString('en', format) ?? '-'
    })
    line([mode, ...cells])
  }
}

async function measure(mode: string, parts: readonly string[], peer: Peer | undefined): Promise<Row> {
  const texts = textsOf(mode, values.texts)
  const runs = Number(values.runs)
  return {
    ...(parts.includes('speed') && { speed: await speed(mode, texts, runs, peer) }),
    ...(parts.includes('start') && { start: await start(mode, texts, runs) }),
    ...(parts.includes('growth') && { growth: await growth(mode, texts, Number(values.megabytes)) })
  }
}

async function main(): Promise<void> {
  const peer = values.peer === undefined ? undefined : await startPeer(values.peer, values.python)
  const rows: Record<string, Row> = {}
  for (const mode of values.modes.split(',')) rows[mode] = await measure(mode, values.parts.split(','), peer)
  peer?.reader.stop()
  const about = { cpu: cpus()[0]?.model ?? '', node: process.version, megabytes: Number(values.megabytes) }
  if (values.json) console.log(JSON.stringify({ ...about, modes: rows }))
  else {
    console.log(
      `${about.cpu}, Node ${about.node}. Characters per second: texts read again; texts never seen by a process that ` +
        `has read\n3,000 others; many texts never seen by one that has read 20,000; the first ones by a cold process. ` +
        `Long texts of ${about.megabytes} and ` +
        `${2 * about.megabytes} MB`
    )
    print(rows)
  }
}

await main()
