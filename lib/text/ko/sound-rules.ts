import { WORD_CLASS } from '../characters.js'
import { dataFile, readDataFile } from '../data-files.js'

/** How written Korean sounds, on conjoining jamo. The tables are those of g2pk2. */
export interface SoundRules {
  /** Words of irregular sound, in whole syllables. */
  replaceIdioms(text: string): string
  /** From decomposed text with word marks to the sound; the marks go. */
  apply(jamo: string): string
}

const readTable = (name: string): string[] =>
  readDataFile(dataFile(`ko/${name}`))
    .toString('utf8')
    .split(/\r?\n/)

export function loadSoundRules(): SoundRules {
  const idioms = readIdioms(readTable('idioms.txt'))
  const changePairs = createPairChange(readTable('pair-rules.csv'))
  return {
    replaceIdioms: (text) => idioms.reduce((rest, [written, spoken]) => rest.replaceAll(written, spoken), text),
    apply: (jamo) => {
      const changed = SPECIAL_RULES.reduce((rest, change) => change(rest), jamo)
      return restoreLeads(link(changePairs(changed.replace(/\/[PEB]/g, ''))))
    }
  }
}

function readIdioms(lines: readonly string[]): (readonly [string, string])[] {
  return lines
    .map((line) => line.replace(/#.*/, '').trim().split('==='))
    .flatMap(([written, spoken]) => (written && spoken !== undefined ? [[written, spoken] as const] : []))
}

type Change = (jamo: string) => string

const replacing =
  (pattern: RegExp, sound: string): Change =>
  (jamo) =>
    jamo.replace(pattern, sound)

/** The pattern's last character becomes tense, after `before` or after what the pattern's first group matched. */
const tensing = (pattern: RegExp, before = '$1'): Change => {
  return (jamo) =>
    jamo.replace(pattern, (match, first: string) => (before === '$1' ? first : before) + tense(match.slice(-1)))
}

/** Rules that look at more than two neighbours, or at the marks `/P` (stem) and `/E` (ending); in this order. */
const SPECIAL_RULES: readonly Change[] = [
  replacing(/([ᄌᄍᄎ])ᅧ/g, '$1ᅥ'),
  replacing(/([ᄀᄁᄂᄃᄄᄅᄆᄇᄈᄉᄊᄌᄍᄎᄏᄐᄑᄒ])ᅴ/g, '$1ᅵ'),
  // Names of letters: 디귿이 sounds 디그시.
  replacing(/([\u1100\u1173])ᆮᄋ/g, '$1ᄉ'),
  replacing(/([\u110b\u1173])[ᆽᆾᇀᇂ]ᄋ/g, '$1ᄉ'),
  replacing(/([\u110b\u1173])ᆿᄋ/g, '$1ᄀ'),
  replacing(/([\u110b\u1173])ᇁᄋ/g, '$1ᄇ'),
  // Stems make the next consonant tense.
  replacing(/ᆰ\/P[ᄀᄁ]/g, 'ᆯᄁ'),
  tensing(/([ᆲᆴᆫᆷ])\/P[ᄀᄃᄉᄌ]/g),
  tensing(/ᆬ\/P[ᄀᄃᄉᄌ]/g, 'ᆫ'),
  tensing(/ᆱ\/P[ᄀᄃᄉᄌ]/g, 'ᆷ'),
  // 밟 before a consonant, and 넓 before 죽 or 둥.
  replacing(/(\u1107\u1161)ᆲ(?=[^ᄋᄒ]|$)/g, '$1ᆸ'),
  replacing(/(\u1102\u1165)ᆲ(?=[ᄌᄍᄃᄄ]ᅮ)/g, '$1ᆸ'),
  // Palatalisation.
  replacing(/ᆮᄋ(?=[ᅵᅧ])/g, 'ᄌ'),
  replacing(/ᇀᄋ(?=[ᅵᅧ])/g, 'ᄎ'),
  replacing(/ᆴᄋ(?=[ᅵᅧ])/g, 'ᆯᄎ'),
  replacing(/ᆮᄒ(?=ᅵ)/g, 'ᄎ'),
  // Endings in ㄹ make the next consonant tense, over a space and in 걸 밖에 세라 수록 지라도 지언정 진대.
  tensing(/ᆯ\/E [ᄀᄃᄇᄉᄌ]/g, 'ᆯ '),
  tensing(/\u11af\u1100(?=\u1165\u11af)/g, 'ᆯ'),
  replacing(/\u11af\u1107\u1161\u11a9\u110b\u1166/g, '\u11af\u1108\u1161\u1101\u1166'),
  tensing(/\u11af\u1109(?=\u1166\u1105\u1161|\u116e\u1105\u1169\u11a8)/g, 'ᆯ'),
  tensing(/\u11af\u110c(?=\u1175\u1105\u1161\u1103\u1169|\u1175\u110b\u1165\u11ab\u110c\u1165\u11bc)/g, 'ᆯ'),
  tensing(/\u11af\u110c(?=\u1175\u11ab\u1103\u1162)/g, 'ᆯ')
]

/** The tense twin of a consonant stands right after it. */
function tense(lead: string): string {
  return String.fromCharCode(lead.charCodeAt(0) + 1)
}

/** A boundary in the table's examples that is neither jamo nor mark, and one that stands for any mark. */
const BETWEEN = 'x'
const ANY_MARK = '.'

/**
 * Final consonant against what follows it. The table is a list of replacements, row after row, over the whole text; but
 * one boundary never touches the next, so every possible boundary is put through the list once, when it is loaded, and a
 * text takes one pass.
 */
function createPairChange(lines: readonly string[]): (text: string) => string {
  const [header = '', ...rows] = lines.filter(Boolean)
  const columns = header.split(',').slice(1)
  const leads = columns.slice(0, -1).map((column) => column.slice(-1))
  const tails = rows.map((row) => row.slice(0, 1))
  const examples = tails.flatMap((tail) => [
    ...leads.flatMap((lead) => [tail + lead, `${tail} ${lead}`]),
    tail + ANY_MARK
  ])
  const changed = applyRows(rows, columns, examples.join(BETWEEN)).split(BETWEEN)
  const sounds = new Map(examples.map((example, index) => [example, changed[index]!]))
  const boundary = new RegExp(`([${tails.join('')}])( ?[${leads.join('')}]|[^${WORD_CLASS}]|$)`, 'gu')
  return (text) =>
    text.replace(
      boundary,
      (pair, tail: string, next: string) =>
        sounds.get(pair) ?? sounds.get(tail + ANY_MARK)!.replace(ANY_MARK, () => next)
    )
}

/** `\1` in a cell is the space or mark between; what follows a bracket is a comment. */
function applyRows(rows: readonly string[], columns: readonly string[], text: string): string {
  for (const row of rows) {
    const [tail = '', ...cells] = row.split(',')
    for (const [index, cell] of cells.entries()) {
      if (cell === '') continue
      const isLast = index === columns.length - 1
      const pattern = isLast ? `${tail}([ ${ANY_MARK}])` : tail + columns[index]!
      text = text.replace(new RegExp(pattern, 'g'), cell.replace(/\(.*/, '').replaceAll('\\1', '$1'))
    }
  }
  return text
}

/** Final consonants before a silent ㅇ move over to it. */
const LINKS: Readonly<Record<string, string>> = {
  ᆨ: 'ᄀ',
  ᆩ: 'ᄁ',
  ᆫ: 'ᄂ',
  ᆮ: 'ᄃ',
  ᆯ: 'ᄅ',
  ᆷ: 'ᄆ',
  ᆸ: 'ᄇ',
  ᆺ: 'ᄉ',
  ᆻ: 'ᄊ',
  ᆽ: 'ᄌ',
  ᆾ: 'ᄎ',
  ᆿ: 'ᄏ',
  ᇀ: 'ᄐ',
  ᇁ: 'ᄑ',
  ᆪ: 'ᆨᄊ',
  ᆬ: 'ᆫᄌ',
  ᆰ: 'ᆯᄀ',
  ᆱ: 'ᆯᄆ',
  ᆲ: 'ᆯᄇ',
  ᆳ: 'ᆯᄊ',
  ᆴ: 'ᆯᄐ',
  ᆵ: 'ᆯᄑ',
  ᆹ: 'ᆸᄊ',
  ᇂ: 'ᄋ',
  ᆭ: 'ᄂ',
  ᆶ: 'ᄅ'
}
const linked = new RegExp(`([${Object.keys(LINKS).join('')}])ᄋ`, 'g')

function link(jamo: string): string {
  return jamo.replace(linked, (_, tail: string) => LINKS[tail]!)
}

/** A vowel whose consonant a rule took away begins with the silent one. */
function restoreLeads(jamo: string): string {
  return jamo.replace(/(^|[^\u1100-\u1112])([\u1161-\u1175])/g, '$1ᄋ$2')
}
