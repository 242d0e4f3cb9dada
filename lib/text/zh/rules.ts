import type { Tables } from '../tables.js'

/** Word lists of the tone rules. */
export interface ToneRules {
  /** Words whose last syllable is neutral. */
  readonly neutral: ReadonlySet<string>
  /** Words that the rules for repetition and suffixes leave alone. */
  readonly neverNeutral: ReadonlySet<string>
  readonly alwaysErhua: ReadonlySet<string>
  readonly neverErhua: ReadonlySet<string>
}

export function toneRules(tables: Tables): ToneRules {
  const set = (name: string) => new Set(tables.list(name))
  return {
    neutral: set('neutral'),
    neverNeutral: set('neverNeutral'),
    alwaysErhua: set('alwaysErhua'),
    neverErhua: set('neverErhua')
  }
}

const numericCharacters = new Set(
  '一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零'
)

/** Characters that Unicode gives a numeric value, among those of normalised text. */
export const isNumeric = (char: string): boolean => numericCharacters.has(char)
