import type { ReferenceInput } from '../types.js'

/** Where a character's networks are: a voice by folder, archive or name, or the two checkpoints of a training. */
export type VoiceModel = { readonly voice: string } | { readonly gpt: string; readonly sovits: string }

export interface Emotion {
  readonly name: string
  /** What it is spoken like. Absent where a configuration names an emotion without its recording. */
  readonly reference?: ReferenceInput
}

/** A voice that has a name and recordings of its own. */
export interface Character {
  readonly name: string
  /** Absent where a folder holds no checkpoints. */
  readonly model?: VoiceModel
  /** The first is the one that speaks when none, or an unknown one, is asked for. Never empty. */
  readonly emotions: readonly Emotion[]
}

/** The emotion of a name, compared without case, else the character's first. */
export function emotionOf(character: Character, name: string | undefined): Emotion {
  const wanted = (name ?? 'default').toLowerCase()
  return (
    character.emotions.find((emotion) => emotion.name.toLowerCase() === wanted) ?? (character.emotions[0] as Emotion)
  )
}
