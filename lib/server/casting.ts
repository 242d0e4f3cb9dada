import { ReferenceAudioError, VoiceNotFoundError } from '../errors.js'
import type { ReferenceInput } from '../types.js'
import { type Character, type Characters, emotionOf, type VoiceModel } from '../voices/index.js'
import { RequestError } from './failure.js'
import type { AllowedPaths } from './paths.js'
import type { ReferenceChoice, VoiceChoice } from './speech-request.js'
import type { Uploads } from './uploads.js'

/** Who speaks, found on disk. */
export interface Part {
  readonly model: VoiceModel
  /** Absent: the voice speaks with a recording that it brings along. */
  readonly reference?: ReferenceInput
}

/** Finds the networks and the recording of a request. */
export class Casting {
  constructor(
    private readonly characters: Characters,
    private readonly paths: AllowedPaths,
    private readonly uploads: Uploads
  ) {}

  /** Networks that speak where a request names no character; they can be switched. */
  model: VoiceModel | undefined

  /**
   * @throws {VoiceNotFoundError | PathNotAllowedError | ReferenceAudioError}
   */
  async find(choice: VoiceChoice): Promise<Part> {
    const given = choice.reference && (await this.#given(choice.reference))
    if (given && choice.character === undefined && this.model) return { model: this.model, reference: given }
    const character = await this.#character(choice)
    const model = choice.character === undefined ? (this.model ?? character.model) : character.model
    if (!model) throw new VoiceNotFoundError(`${character.name} has no networks: its folder holds no .ckpt and .pth`)
    const reference = given ?? emotionReference(character, model, choice.emotion)
    return { model, ...(reference && { reference }) }
  }

  /** The real path of a recording or file that a request names, or `undefined` where there is none. */
  async file(path: string): Promise<string | undefined> {
    if (!path.startsWith('upload:')) return this.paths.find(path)
    const found = this.uploads.path(path.slice('upload:'.length))
    if (found === undefined) throw new RequestError(400, 'there is no such upload; it may have expired')
    return found
  }

  async #character({ character, lenient }: VoiceChoice): Promise<Character> {
    try {
      return await this.characters.find(character)
    } catch (error) {
      if (lenient && error instanceof VoiceNotFoundError) return this.characters.find()
      throw error
    }
  }

  async #given(choice: ReferenceChoice): Promise<ReferenceInput | undefined> {
    const audio = await this.file(choice.path)
    if (audio === undefined) {
      if (choice.ifAbsent === 'emotion') return undefined
      throw new ReferenceAudioError('the reference recording is not there')
    }
    if (choice.needsText && !choice.text) throw new RequestError(400, 'prompt_text is required with ref_audio_path')
    const more = await Promise.all((choice.more ?? []).map((path) => this.#more(path)))
    const { text, language } = choice
    return { audio, ...(text && { text }), ...(language && { language }), ...(more.length > 0 && { more }) }
  }

  async #more(path: string): Promise<string> {
    const found = await this.file(path)
    if (found === undefined) throw new ReferenceAudioError('one of the further reference recordings is not there')
    return found
  }
}

function emotionReference(
  character: Character,
  model: VoiceModel,
  name: string | undefined
): ReferenceInput | undefined {
  const emotion = emotionOf(character, name)
  if (emotion.reference || 'voice' in model) return emotion.reference
  throw new VoiceNotFoundError(`${character.name} has no recording for the emotion ${emotion.name}`)
}
