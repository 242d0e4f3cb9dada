/** Phones of the marks that Japanese and Korean read alike; other marks are phones as they stand, or none. */
export const MARK_PHONES: Readonly<Record<string, string>> = {
  '：': ',',
  '；': ',',
  '，': ',',
  '、': ',',
  '·': ',',
  '。': '.',
  '\n': '.',
  '！': '!',
  '？': '?'
}
