import { afterAll, describe, expect, it } from 'vitest'
import { GptSovits, parseSsml, type SpeechChunk, speakSsml, streamSsml } from '../../lib/index.js'
import { reference, scratch, tiny } from './voice.js'

const tts = new GptSovits({ ...tiny, cacheDir: scratch() })
afterAll(() => tts.dispose())
const alone = (): { tts: GptSovits; reference: typeof reference } => ({ tts, reference })

const document = `<speak>
  First sentence.<break time="1s"/><voice name="other">Second one.</voice><break strength="weak"/>
</speak>`

describe('speakSsml', () => {
  it('speaks each segment by the voice that is chosen for it, with the silences between', async () => {
    const asked: (string | undefined)[] = []
    const choose = ({ voice }: { voice?: string }): ReturnType<typeof alone> => (asked.push(voice), alone())
    const speech = await speakSsml(document, choose, { seed: 7 })
    expect(asked).toEqual([undefined, 'other'])
    expect(speech.sentences.map(({ text }) => text)).toEqual(['First sentence.', 'Second one.'])
    const [first, second] = speech.sentences
    expect((second?.start ?? 0) - (first?.end ?? 0)).toBeCloseTo(1.3, 3) // the break, and the pause after a sentence
    expect(speech.duration - (second?.end ?? 0)).toBeCloseTo(0.8, 3)
    expect(speech.seed).toBe(7)
    const one = await tts.synthesize('First sentence.', reference, { seed: 7 })
    expect(speech.samples.subarray(0, one.samples.length)).toEqual(one.samples)
  })

  it('multiplies the tempo of the document with that of the call', async () => {
    const prosody = '<speak><prosody rate="slow">How fast is it.</prosody></speak>'
    const plain = await tts.synthesize('How fast is it.', reference, { seed: 3, pause: 0 })
    const slow = await speakSsml(prosody, alone, { seed: 3, pause: 0 })
    const medium = await speakSsml(prosody, alone, { seed: 3, pause: 0, speed: 4 / 3 })
    expect(slow.samples.length / plain.samples.length).toBeCloseTo(4 / 3, 1)
    expect(medium.samples.length).toBe(plain.samples.length)
  })

  it('brings voices of different rates to that of the first', async () => {
    const chunk = (sampleRate: number): SpeechChunk => ({
      ...{
        sampleRate,
        sentence: 0,
        text: 'x',
        words: [],
        tokens: new Int32Array(1),
        last: true,
        truncated: false,
        attempts: 1,
        warnings: []
      },
      samples: new Float32Array(sampleRate).fill(0.5)
    })
    const at = (rate: number): GptSovits['stream'] =>
      async function* () {
        yield chunk(rate)
      }
    const choose = ({ voice }: { voice?: string }): { tts: { stream: GptSovits['stream'] }; reference: object } => ({
      tts: { stream: at(voice === 'v4' ? 48000 : 32000) },
      reference
    })
    const speech = await speakSsml('<speak>x<voice name="v4">x</voice></speak>', choose as never)
    expect([speech.sampleRate, speech.samples.length]).toEqual([32000, 64000])
  })

  it('begins with a silence where the document does', async () => {
    const chunks: SpeechChunk[] = []
    for await (const chunk of streamSsml('<speak><break time="250ms"/>Hello there.</speak>', alone)) chunks.push(chunk)
    expect(chunks.map(({ text }) => text)).toEqual(['', 'Hello there.'])
    expect(chunks[0]?.samples).toEqual(new Float32Array(8000))
  })

  it('stops with the signal', async () => {
    const controller = new AbortController()
    const call = speakSsml('<speak>A long text, with many parts, that go on and on.</speak>', alone, {
      signal: controller.signal
    })
    controller.abort()
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('has nothing to say of a document without words', async () => {
    expect(parseSsml('<speak>...</speak>')).toEqual([])
    await expect(speakSsml('<speak><break/></speak>', alone)).rejects.toMatchObject({ code: 'ERR_GSV_EMPTY_TEXT' })
  })
})
