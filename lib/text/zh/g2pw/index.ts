import { CorruptModelError } from '../../../errors.js'
import { loadSimplifier } from '../../chinese-normalization/index.js'
import type { SyllableReadings } from '../readings.js'
import { readG2pwFolder } from './folder.js'
import { G2pwModel } from './model.js'
import { loadOnnxRuntime, loadTraditional, type OnnxRuntime, type OnnxSession } from './optional-packages.js'

export type { G2pwModel } from './model.js'

export interface G2pwOptions {
  /** Folder of G2PWModel. */
  readonly folder: string
  /** Folder with BERT's `vocab.txt` or `tokenizer.json`, where the model's own has none. */
  readonly vocabularyFolder?: string | undefined
}

const INPUTS = ['input_ids', 'token_type_ids', 'attention_mask', 'phoneme_mask', 'char_ids', 'position_ids']
/** As upstream; more gain little on sentences. */
const THREADS = 2

/**
 * Opens the polyphone model g2pW.
 * @throws {MissingModelError} a file or an optional package is missing; the message names it.
 * @throws {CorruptModelError} a file is not what it should be.
 */
export async function loadG2pw(
  { folder, vocabularyFolder }: G2pwOptions,
  readings: SyllableReadings
): Promise<G2pwModel> {
  const tables = await readG2pwFolder(folder, vocabularyFolder)
  const [runtime, traditional] = await Promise.all([loadOnnxRuntime(), loadTraditional()])
  const session = await openSession(runtime, tables.network)
  return new G2pwModel({ tables, runtime, session, traditional, simplified: loadSimplifier(), readings })
}

async function openSession(runtime: OnnxRuntime, network: string): Promise<OnnxSession> {
  let session: OnnxSession
  try {
    session = await runtime.InferenceSession.create(network, { intraOpNumThreads: THREADS, logSeverityLevel: 3 })
  } catch (cause) {
    throw new CorruptModelError(`${network} cannot be opened: ${(cause as Error).message}`, { cause })
  }
  const missing = INPUTS.filter((name) => !session.inputNames.includes(name))
  if (missing.length > 0) throw new CorruptModelError(`${network} is no g2pW: it has no input ${missing.join(', ')}`)
  return session
}
