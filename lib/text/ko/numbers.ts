const LETTERS: Readonly<Record<string, string>> = {
  a: '에이',
  b: '비',
  c: '시',
  d: '디',
  e: '이',
  f: '에프',
  g: '지',
  h: '에이치',
  i: '아이',
  j: '제이',
  k: '케이',
  l: '엘',
  m: '엠',
  n: '엔',
  o: '오',
  p: '피',
  q: '큐',
  r: '아르',
  s: '에스',
  t: '티',
  u: '유',
  v: '브이',
  w: '더블유',
  x: '엑스',
  y: '와이',
  z: '제트',
  // The four others that are letters of the alphabet when case is ignored.
  İ: '아이',
  ı: '아이',
  ſ: '에스',
  '\u212a': '케이'
}

/** Writes every Latin letter as its Korean name. */
export function spellLetters(text: string): string {
  return text.replace(
    /[A-Za-z\u0130\u0131\u017f\u212a]/g,
    (letter) => LETTERS[letter] ?? LETTERS[letter.toLowerCase()]!
  )
}

/** Nouns that are counted in native numerals. Any part of this text counts as one of them, as upstream looks it up. */
const NATIVE_COUNTED =
  '군데 권 개 그루 닢 대 두 마리 모 모금 뭇 발 발짝 방 번 벌 보루 살 수 술 시 쌈 움큼 정 짝 채 척 첩 축 켤레 톨 통'

const DIGITS = [...'영일이삼사오육칠팔구']
const NATIVE_UNITS = ['', '한', '두', '세', '네', '다섯', '여섯', '일곱', '여덟', '아홉']
const NATIVE_TENS = ['', '열', '스물', '서른', '마흔', '쉰', '예순', '일흔', '여든', '아흔']
/** Names of the places from the units on. 만, 억 and 조 stand on their own digit only. */
const PLACES = ['', '십', '백', '천', '만', '십', '백', '천', '억', '십', '백', '천', '조', '십', '백', '천']
/** Places whose 일 is silent: 백, not 일백. Above a hundred million it is spoken. */
const SILENT_ONE_PLACES = 7

const BOUND_NOUN = '/B'
const isNounCharacter = /[\u3131-\ud7a3]/
const isNumberCharacter = /[\p{Nd},]/u

/** Writes numbers out: those before a marked bound noun as numbers, all other digits one by one. */
export function spellNumbers(marked: string): string {
  return spellCounts(marked).replace(/[0-9]/g, (digit) => DIGITS[Number(digit)]!)
}

function spellCounts(marked: string): string {
  let spelled = ''
  let done = 0
  for (let at = marked.indexOf(BOUND_NOUN); at >= 0; at = marked.indexOf(BOUND_NOUN, at + 1)) {
    const noun = startOf(marked, at, done, isNounCharacter)
    const number = startOfNumber(marked, noun, done)
    if (noun === at || number === noun) continue
    const name = marked.slice(noun, at)
    spelled +=
      marked.slice(done, number) + (readCount(marked.slice(number, noun), name) ?? marked.slice(number, noun)) + name
    done = at
  }
  return spelled + marked.slice(done)
}

/** Start of the run of such characters that ends at `end`. */
function startOf(text: string, end: number, from: number, isInRun: RegExp): number {
  let start = end
  while (start > from && isInRun.test(text[start - 1]!)) start--
  return start
}

/** As startOf, and on from commas to the first digit. */
function startOfNumber(text: string, end: number, from: number): number {
  let start = startOf(text, end, from, isNumberCharacter)
  while (start < end && text[start] === ',') start++
  return start
}

/** Nothing for a number that has no name: it is read digit by digit. */
function readCount(number: string, noun: string): string | undefined {
  const digits = number.replaceAll(',', '')
  if (digits.length > PLACES.length) return undefined
  if (digits === '0') return '영'
  const isNative = NATIVE_COUNTED.includes(noun)
  if (isNative && digits === '20') return '스무'
  return readDigits(digits, isNative)
}

function readDigits(digits: string, isNative: boolean): string {
  const names: string[] = []
  for (let index = 0; index < digits.length; index++) {
    const place = digits.length - 1 - index
    const digit = '0123456789'.indexOf(digits[index]!)
    const isSilent = digit === 0 && (place % 4 !== 0 || names.slice(-3).join('') === '')
    names.push(isSilent ? '' : placeName(digit, place, isNative))
  }
  return names.join('')
}

function placeName(digit: number, place: number, isNative: boolean): string {
  if (isNative && place === 0) return NATIVE_UNITS[digit] ?? ''
  if (isNative && place === 1) return NATIVE_TENS[digit] ?? ''
  if (digit === 1 && place > 0 && place <= SILENT_ONE_PLACES) return PLACES[place]!
  return (digit > 0 ? DIGITS[digit]! : '') + PLACES[place]!
}
