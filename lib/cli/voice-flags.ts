import { type Command, Option } from 'commander'
import type { PoolConfig } from '../voices/index.js'

/** What flags say of the networks that every voice shares. */
export type EngineFlags = Pick<
  PoolConfig,
  | 'hubert'
  | 'bert'
  | 'g2pw'
  | 'languageIdModel'
  | 'japaneseUserDictionary'
  | 'threads'
  | 'precision'
  | 'device'
  | 'cacheDir'
>

/** Adds the flags of the shared networks to a command. */
export function addEngineFlags(command: Command): Command {
  return command
    .option('--hubert <folder>', 'chinese-hubert-base')
    .option('--bert <folder>', 'chinese-roberta-wwm-ext-large; only Chinese needs it')
    .option('--g2pw <folder>', 'the polyphone model g2pW, for Chinese')
    .option('--language-id-model <file>', 'a fastText model that tells languages apart, such as lid.176.bin')
    .option('--japanese-user-dictionary <file>', "Japanese words of your own in MeCab's CSV format")
    .option('--threads <n>', 'threads for the networks', Number)
    .addOption(new Option('--precision <p>', 'weights of the token network').choices(['auto', 'fp32', 'fp16', 'int8']))
    .option('--device <device>', 'cpu or cuda')
    .option('--cache-dir <folder>', 'where imported modules are kept')
}

export function engineOf(flags: EngineFlags): PoolConfig {
  const { hubert, bert, g2pw, languageIdModel, japaneseUserDictionary, threads, precision, device, cacheDir } = flags
  const given = { hubert, bert, g2pw, languageIdModel, japaneseUserDictionary, threads, precision, device, cacheDir }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
