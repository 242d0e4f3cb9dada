import type { PhoneSequence } from '../binding.js'
import { MissingModelError } from './errors.js'
import type { VoiceModules } from './store/index.js'
import { createTextFrontend, type TextFrontend, type TextPiece } from './text/index.js'

/** The text room with what it takes from the addon. */
export function frontend(): TextFrontend {
  return createTextFrontend()
}

/** A piece as the engine takes it: phone ids, and BERT ids where it is Chinese. */
export function phoneSequence(piece: TextPiece, modules: VoiceModules): PhoneSequence {
  const bert = piece.bertSpans.map((span) => {
    if (!modules.bertIds) {
      throw new MissingModelError('Chinese needs BERT: give `bert`, the folder of chinese-roberta-wwm-ext-large')
    }
    return {
      ids: modules.bertIds(span.normText),
      word2ph: Int32Array.from(span.word2ph),
      firstPhone: span.firstPhone
    }
  })
  return { phones: piece.phoneIds, bert }
}
