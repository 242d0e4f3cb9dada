// A process that is killed in the middle of what its arguments say. It prints `ready`, waits for a line, and begins.
import { once } from 'node:events'
import { join } from 'node:path'
import { packageRoot } from '../../lib/package-root.cjs'
import { writeWhole } from '../../lib/store/cache.js'
import { importCached } from '../../lib/store/import.js'
import { pull } from '../../lib/store/index.js'
import { engine } from '../../lib/native.js'

const fixture = join(packageRoot, 'test', 'fixtures', 'voice')

const deeds: Record<string, (...args: string[]) => Promise<unknown>> = {
  async import(cache, hubert) {
    const sources = { gpt: join(fixture, 'voice.ckpt'), sovits: join(fixture, 'voice.pth') }
    const { voice } = await importCached({ ...sources, hubert: hubert ?? join(fixture, 'hubert') }, cache)
    return voice.modules
  },
  async pull(cacheDir, hub, what) {
    return pull(what!, { cacheDir, hub, retryMs: 5, segmentBytes: 1 << 20 })
  },
  async write(path, megabytes) {
    await writeWhole(path!, Buffer.alloc(Number(megabytes) << 20, 0xa5))
  }
}

async function main(): Promise<void> {
  const [deed, ...args] = process.argv.slice(2)
  if (deed === 'import') await engine()
  process.stdout.write('ready\n')
  await once(process.stdin, 'data')
  const result = await deeds[deed!]!(...args)
  process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exit(0)
}

void main()
