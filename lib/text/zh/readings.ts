import { ReadingTable } from '../han-words/readings.js'
import { isHan } from '../han-words/trie.js'
import { type Syllable, type SyllableTable, unknown } from './syllables.js'

/** Words with a syllable for each character; marks are read as themselves. */
export type SyllableReadings = ReadingTable<Syllable>

export function loadReadings(file: string, syllables: SyllableTable): SyllableReadings {
  const parse = (pinyin: string): Syllable => syllables.parse(pinyin)
  return new ReadingTable(file, parse, (char) => (isHan(char.charCodeAt(0)) ? unknown : parse(char)))
}
