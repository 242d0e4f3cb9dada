import { listStored } from '../store/index.js'
import { type DoctorCheck, note, ok } from './check.js'

/** What was pulled, and what of the cache is not whole. */
export async function checkModels(): Promise<DoctorCheck> {
  const { items } = await listStored()
  const pulled = items.filter(({ kind, sound }) => kind === 'pulled' && sound).map(({ name }) => name)
  const broken = items.filter(({ sound }) => !sound)
  const detail = pulled.length === 0 ? 'nothing pulled' : `pulled: ${pulled.join(', ')}`
  if (broken.length > 0) {
    const count = `${broken.length} of ${items.length} kept items not whole`
    return note(
      'models',
      `${detail}; ${count}`,
      'run `npx gpt-sovits models remove --unused`; they are made or fetched again'
    )
  }
  return pulled.includes('hubert')
    ? ok('models', detail)
    : note('models', `${detail}; \`gpt-sovits pull hubert\` fetches what every voice needs`)
}
