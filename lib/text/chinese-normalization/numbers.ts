const digits = '零一二三四五六七八九'

/** 1024 -> 一零二四. */
export function readDigits(text: string): string {
  let spoken = ''
  for (const char of text) spoken += digits[Number(char)]
  return spoken
}

/** As numbers are dictated: 110 -> 幺幺零. */
export function dictateDigits(text: string): string {
  return readDigits(text).replaceAll('一', '幺')
}

function leadingZeros(text: string): number {
  let count = 0
  while (text[count] === '0') count++
  return count
}

/** At most eight digits, as the group before or after an 亿. */
function readGroup(group: string): string {
  const stripped = group.slice(leadingZeros(group))
  if (stripped.length === 0) return ''
  if (stripped.length === 1) return (group.length > 1 ? '零' : '') + readDigits(stripped)
  const [size, unit] = stripped.length > 4 ? [4, '万'] : [stripped.length - 1, ['十', '百', '千'][stripped.length - 2]!]
  return readGroup(group.slice(0, -size)) + unit + readGroup(group.slice(-size))
}

/** 1024 -> 一千零二十四. Groups of eight are joined by 亿 however many there are. */
export function readCardinal(text: string): string {
  if (text === '') return ''
  const significant = text.slice(leadingZeros(text))
  if (significant === '') return '零'
  const groups: string[] = []
  for (let end = significant.length; end > 0; end -= 8)
    groups.push(readGroup(significant.slice(Math.max(0, end - 8), end)))
  const spoken = groups.reverse().join('亿')
  return spoken.startsWith('一十') ? spoken.slice(1) : spoken
}

/** Trailing zeros are not read, but one is kept to show that there were some: 3.200 -> 三点二零. */
function shortenFraction(fraction: string): string {
  let end = fraction.length
  while (end > 0 && fraction[end - 1] === '0') end--
  return fraction.slice(0, end) + (end < fraction.length ? '0' : '')
}

/** 3.14 -> 三点一四; .5 -> 零点五. */
export function readNumber(text: string): string {
  const point = text.indexOf('.')
  if (point < 0) return readCardinal(text)
  const fraction = shortenFraction(text.slice(point + 1))
  const integer = readCardinal(text.slice(0, point))
  return fraction === '' ? integer : `${integer || '零'}点${readDigits(fraction)}`
}
