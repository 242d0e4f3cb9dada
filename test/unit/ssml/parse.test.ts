import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GptSovitsError } from '../../../lib/errors.js'
import { parseSsml, type SsmlSegment } from '../../../lib/ssml/index.js'

const speech = (text: string, style: object = {}): SsmlSegment => ({ kind: 'speech', text, speed: 1, ...style })
const silence = (seconds: number): SsmlSegment => ({ kind: 'silence', seconds })

describe('an SSML document', () => {
  it('is text in styles, and silences', () => {
    const document = `<?xml version="1.0"?>
      <speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">
        Hello &amp; welcome. <!-- a comment -->
        <voice name="Alice" style="happy">I am Alice.<break time="500ms"/><prosody rate="fast">Quickly.</prosody></voice>
        And <![CDATA[<me> again]]>.
      </speak>`
    expect(parseSsml(document)).toEqual([
      speech('Hello & welcome.', { language: 'en' }),
      speech('I am Alice.', { language: 'en', voice: 'Alice', emotion: 'happy' }),
      silence(0.5),
      speech('Quickly.', { language: 'en', voice: 'Alice', emotion: 'happy', speed: 1.25 }),
      speech('And <me> again.', { language: 'en' })
    ])
  })

  it('takes each attribute under every name that programs use for it', () => {
    for (const name of ['name', 'role', 'character', 'cha_name', 'spk', 'speaker']) {
      expect(parseSsml(`<speak><voice ${name}="B" emotion="sad" lang="ja" spd="0.8">x</voice></speak>`)).toEqual([
        speech('x', { voice: 'B', emotion: 'sad', language: 'ja', speed: 0.8 })
      ])
    }
  })

  it.each([
    ['x-slow', 0.5],
    ['slow', 0.75],
    ['medium', 1],
    ['FAST', 1.25],
    ['x-fast', 1.5],
    ['1.3', 1.3],
    ['120%', 1.2],
    ['+50%', 1.5],
    ['-25%', 0.75]
  ])('a rate of %s is %d', (rate, speed) => {
    expect(parseSsml(`<speak><prosody rate="${rate}">x</prosody></speak>`)).toEqual([speech('x', { speed })])
  })

  it.each([
    ['', 0.75],
    ['strength="none"', 0],
    ['strength="x-weak"', 0.25],
    ['strength="weak"', 0.5],
    ['strength="medium"', 0.75],
    ['strength="strong"', 1],
    ['strength="x-strong"', 1.25],
    ['time="250ms"', 0.25],
    ['time="1.5s" strength="weak"', 1.5],
    ['time="1min"', 60]
  ])('a break with %j is %d s', (attributes, seconds) => {
    const found = parseSsml(`<speak>a<break ${attributes}/>b</speak>`)
    expect(found).toEqual([speech('a'), ...(seconds > 0 ? [silence(seconds)] : []), speech('b')])
  })

  it('joins neighbouring silences, and keeps those at the ends', () => {
    expect(parseSsml('<speak><break time="1s"/><p><break time="2s"/>a</p><break time="1s"/></speak>')).toEqual([
      silence(3),
      speech('a'),
      silence(1)
    ])
  })

  it('keeps a language inside a sentence in the sentence', () => {
    expect(parseSsml('<speak xml:lang="en">I like <lang xml:lang="ja-JP">寿司</lang> a lot.</speak>')).toEqual([
      speech('I like <lang xml:lang="ja">寿司</lang> a lot.', { language: 'en' })
    ])
    const nested = '<speak>a <lang xml:lang="ko">나 <lang xml:lang="zh">我</lang> 너</lang></speak>'
    expect(parseSsml(nested)).toEqual([
      speech('a <lang xml:lang="ko">나 </lang><lang xml:lang="zh">我</lang><lang xml:lang="ko"> 너</lang>')
    ])
  })

  it('splits at paragraphs and sentences, and drops marks between elements', () => {
    expect(parseSsml('<speak><p><s>One</s><s>two</s></p>, <voice name="B">three</voice>.</speak>')).toEqual([
      speech('One'),
      speech('two'),
      speech('three', { voice: 'B' })
    ])
  })

  it('reads aliases and phones', () => {
    const document = '<speak>A <sub alias="World Wide Web">WWW</sub> <phoneme ph="JH IH1 F">gif</phoneme></speak>'
    expect(parseSsml(document)).toEqual([speech('A World Wide Web <phoneme ph="JH IH1 F">gif</phoneme>')])
  })
})

describe('a document that is not read', () => {
  const deep = (depth: number): string => `<speak>${'<p>'.repeat(depth - 1)}x${'</p>'.repeat(depth - 1)}</speak>`
  const laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><speak>&b;</speak>'
  const external = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><speak>&x;</speak>'

  it.each([
    ['is malformed', '<speak>a', /line 1, column \d+: .*not well-formed: unclosed tag: speak/],
    ['is no XML', 'just text', /not well-formed/],
    ['is empty', '', /not well-formed: document must contain a root element/],
    ['has another root', '<voice name="a">x</voice>', /one <speak> element/],
    ['holds a document', '<speak><speak>x</speak></speak>', /one <speak> element/],
    [
      'has an unknown element',
      '<speak>\n <script>x</script></speak>',
      /line 2, .*<script> is not known; known are speak/
    ],
    ['has an element of the prototype', '<speak><constructor/></speak>', /<constructor> is not known/],
    ['has an unknown attribute', '<speak><voice nmae="a">x</voice></speak>', /<voice> has no attribute nmae/],
    ['asks for a sound', '<speak><audio src="http://127.0.0.1/a.wav"/></speak>', /<audio> is off/],
    ['declares entities that grow', laughs, /DOCTYPE/],
    ['declares an external entity', external, /DOCTYPE/],
    ['uses an entity that there is not', '<speak>&nbsp;</speak>', /undefined entity/],
    ['is too deep', deep(33), /more than 32 elements/],
    ['is 10,000 deep', deep(10_000), /more than 32 elements/],
    ['is too large', `<speak>${'a'.repeat(256 * 1024)}</speak>`, /262159 bytes; at most 262144/],
    ['has an attribute of a megabyte', `<speak><voice name="${'a'.repeat(1e6)}">x</voice></speak>`, /at most 262144/],
    ['is silent for hours', '<speak><break time="9999h"/></speak>', /time="9999h" is no time/],
    ['is silent for long', '<speak><break time="9999s"/></speak>', /longer than 60 s/],
    ['is silent for long in parts', `<speak>${'a<break time="1s"/>'.repeat(61)}</speak>`, /longer than 60 s/],
    ['has a tempo out of range', '<speak><prosody rate="900%">x</prosody></speak>', /0.25 to 4/],
    ['has a language that is not spoken', '<speak xml:lang="tlh">x</speak>', /xml:lang="tlh"/]
  ])('%s', (_what, document, message) => {
    const parse = (): unknown => parseSsml(document)
    expect(parse).toThrow(message)
    expect(parse).toThrow(expect.objectContaining({ code: 'ERR_GSV_SSML' }) as Error)
  })

  it('is too deep at the limit and one, not at the limit', () => {
    expect(parseSsml(deep(32))).toEqual([speech('x')])
    expect(() => parseSsml(deep(4), { maxDepth: 3 })).toThrow(/more than 3/)
  })
})

describe('any document', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/)
  const node = fc.letrec<{ node: string; text: string }>((tie) => ({
    text: word,
    node: fc.oneof(
      { maxDepth: 5 },
      tie('text'),
      fc.constant('<break time="100ms"/>'),
      fc
        .tuple(
          fc.constantFrom('voice name="B"', 'prosody rate="fast"', 'p', 's', 'lang xml:lang="ja"'),
          fc.array(tie('node'))
        )
        .map(([tag, inner]) => `<${tag}>${inner.join(' ')}</${tag.split(' ')[0]}>`)
    )
  })).node

  it('that is well-formed keeps its words in order', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 6 }), (nodes) => {
        const document = `<speak>${nodes.join(' ')}</speak>`
        const words = (text: string): string[] =>
          text
            .replaceAll(/<[^>]*>/g, ' ')
            .split(/\s+/)
            .filter(Boolean)
        const spoken = parseSsml(document).flatMap((each) => (each.kind === 'speech' ? words(each.text) : []))
        expect(spoken).toEqual(words(document))
      })
    )
  })

  it('however damaged, is read or refused with an SsmlError', () => {
    const pieces = ['<speak>', '</speak>', '<voice name="B">', '</voice>', '<break time="1s"/>', '<lang xml:lang="ja">']
    const noise = [
      '&amp;',
      '&#0;',
      '&lol;',
      '<![CDATA[',
      ']]>',
      '<!--',
      '<?x',
      '"',
      "'",
      '=',
      '<!DOCTYPE',
      '\0',
      'é',
      '語'
    ]
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces, ...noise), fc.string())), (parts) => {
        for (const document of [parts.join(''), `<speak>${parts.join('')}</speak>`]) {
          try {
            const total = parseSsml(document).reduce(
              (sum, each) => sum + (each.kind === 'silence' ? each.seconds : 0),
              0
            )
            expect(total).toBeLessThanOrEqual(60)
          } catch (error) {
            if (!(error instanceof GptSovitsError)) throw error
            expect(error.code).toBe('ERR_GSV_SSML')
          }
        }
      }),
      { numRuns: 2000 }
    )
  })
})
