import { describe, expect, it } from 'vitest'
import { resolveConfig, resolveSynthesisOptions } from '../../lib/options.js'

describe('synthesis options', () => {
  it('have the defaults of upstream', () => {
    expect(resolveSynthesisOptions()).toMatchObject({
      ...{
        language: 'en',
        speed: 1,
        topK: 15,
        topP: 1,
        temperature: 1,
        repetitionPenalty: 1.35,
        cut: 'cut5',
        pause: 0.3
      }
    })
  })

  it.each([
    [{ topK: 0 }],
    [{ topK: -1 }],
    [{ topK: 1e9 }],
    [{ topK: 1.5 }],
    [{ topP: 0 }],
    [{ topP: 2 }],
    [{ topP: NaN }],
    [{ temperature: -1 }],
    [{ temperature: Infinity }],
    [{ speed: 0 }],
    [{ speed: -1 }],
    [{ speed: 100 }],
    [{ seed: 2 ** 64 }],
    [{ seed: -1 }],
    [{ pause: 1e9 }],
    [{ cut: 'cut9' as 'cut0' }]
  ])('%j is out of range', (options) => {
    expect(() => resolveSynthesisOptions(options)).toThrow(expect.objectContaining({ code: 'ERR_GSV_OUT_OF_RANGE' }))
    expect(() => resolveSynthesisOptions(options)).toThrow(RangeError)
  })

  it.each([[{ topK: '5' }], [{ signal: {} }], [{ onProgress: 1 }], [[]], [null]])(
    '%j has the wrong type',
    (options) => {
      const call = (): unknown => resolveSynthesisOptions(options as never)
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_GSV_WRONG_TYPE' }))
      expect(call).toThrow(TypeError)
    }
  )

  it('say how a misspelt name is spelt', () => {
    expect(() => resolveSynthesisOptions({ top_k: 5 } as never)).toThrow("it is spelt 'topK'")
  })

  it('refuse a language that nobody speaks', () => {
    const call = (): unknown => resolveSynthesisOptions({ language: 'tlh' as 'en' })
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_GSV_UNSUPPORTED_LANGUAGE' }))
  })

  it('are a snapshot: later changes change nothing, __proto__ adds nothing', () => {
    const given = { topK: 3 }
    const resolved = resolveSynthesisOptions(given)
    given.topK = 9
    expect(resolved.topK).toBe(3)
    expect(() => resolveSynthesisOptions(JSON.parse('{"__proto__": {"topK": 1}}') as never)).toThrow('__proto__')
  })

  it('are read once: getters may throw, and may not say another thing later', () => {
    let reads = 0
    const resolved = resolveSynthesisOptions({
      get topK() {
        return reads++ === 0 ? 3 : 1e9
      }
    })
    expect([resolved.topK, reads]).toEqual([3, 1])
    const own = new Error('of the caller')
    const throwing = {
      get speed(): number {
        throw own
      }
    }
    expect(() => resolveSynthesisOptions(throwing)).toThrow(own)
  })
})

describe('a config', () => {
  it('needs a voice, or both checkpoints', () => {
    expect(() => resolveConfig({})).toThrow('`gpt` and `sovits`')
    expect(() => resolveConfig({ gpt: 'a' })).toThrow('`gpt` and `sovits`')
    expect(() => resolveConfig({ voice: 'a', gpt: 'b', sovits: 'c' })).toThrow('not both')
    expect(resolveConfig({ voice: 'a' })).toMatchObject({ voice: 'a', device: 'cpu', threads: 0 })
  })

  it('takes what says how text is read', () => {
    const reading = { g2pw: 'G2PWModel', languageIdModel: 'lid.176.bin', japaneseUserDictionary: 'words.csv' }
    expect(resolveConfig({ voice: 'a', ...reading })).toMatchObject(reading)
    expect(() => resolveConfig({ voice: 'a', g2pw: '' })).toThrow('expected a path for g2pw')
  })

  it.each([[{ voice: 'a', threads: 0 }], [{ voice: 'a', device: 'tpu' }], [{ voice: 'a', precision: 'fp8' }]])(
    '%j is out of range',
    (config) => {
      expect(() => resolveConfig(config as never)).toThrow(expect.objectContaining({ code: 'ERR_GSV_OUT_OF_RANGE' }))
    }
  )
})
