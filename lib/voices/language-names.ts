import { LANGUAGE_MODES, type LanguageMode } from '../text/index.js'

// The names that the public project's page and its configuration files write.
const names: Readonly<Record<string, LanguageMode>> = {
  中文: 'all_zh',
  英文: 'en',
  日文: 'all_ja',
  粤语: 'all_yue',
  韩文: 'all_ko',
  中英混合: 'zh',
  日英混合: 'ja',
  粤英混合: 'yue',
  韩英混合: 'ko',
  多语种混合: 'auto',
  '多语种混合(粤语)': 'auto_yue'
}

/**
 * The mode that a name stands for: a Chinese name as in configuration files, a mode in any case, or a mode with a region
 * (`en-US`). `undefined` when it stands for none.
 */
export function languageOfName(name: string): LanguageMode | undefined {
  const trimmed = name.trim()
  if (Object.hasOwn(names, trimmed)) return names[trimmed]
  const plain = trimmed.toLowerCase()
  const isMode = (mode: string): mode is LanguageMode => (LANGUAGE_MODES.v2 as readonly string[]).includes(mode)
  if (isMode(plain)) return plain
  const base = /^([a-z]{2,3})[-_][a-z0-9-]+$/.exec(plain)?.[1]
  return base !== undefined && isMode(base) ? base : undefined
}
