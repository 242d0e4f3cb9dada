import { readNumber } from './numbers.js'

/** In upstream's order: `m` is replaced before `mm`, which is therefore read 米米. */
const unitNames: readonly (readonly [string, string])[] = [
  ['cm2', '平方厘米'],
  ['cm²', '平方厘米'],
  ['cm3', '立方厘米'],
  ['cm³', '立方厘米'],
  ['cm', '厘米'],
  ['db', '分贝'],
  ['ds', '毫秒'],
  ['kg', '千克'],
  ['km', '千米'],
  ['m2', '平方米'],
  ['m²', '平方米'],
  ['m³', '立方米'],
  ['m3', '立方米'],
  ['ml', '毫升'],
  ['m', '米'],
  ['mm', '毫米'],
  ['s', '秒']
]

const degree = '°C|℃|度|摄氏度'
// `(?<!\d)` starts a number only at its first digit: a long run of digits without a unit is then scanned once.
const measured = `(?:-?(?<!\\d)\\d+(?:\\.\\d+)?|\\.\\d+)(?:%|${degree}|${unitNames.map(([unit]) => unit).join('|')})`
const measuredRange = new RegExp(`${measured}~${measured}`, 'g')
const temperature = new RegExp(`(-?)(?<!\\d)(\\d+(?:\\.\\d+)?)(?:${degree})`, 'g')

/** 3cm~5cm: the wave is read 至 between two measured quantities. */
export function readMeasuredRanges(sentence: string): string {
  return sentence.includes('~') ? sentence.replace(measuredRange, (match) => match.replaceAll('~', '至')) : sentence
}

/** -3°C -> 零下三度; 摄氏度 is shortened to 度 too, as in upstream. */
export function readTemperatures(sentence: string): string {
  return sentence.replace(temperature, (_, sign: string, number: string) => `${sign && '零下'}${readNumber(number)}度`)
}

/** Unit letters are replaced wherever they stand, inside words too. */
export function readUnits(sentence: string): string {
  if (!/[a-z]/.test(sentence)) return sentence
  return unitNames.reduce((text, [unit, name]) => text.replaceAll(unit, name), sentence)
}

/** First characters of upstream's measure words; which of two overlapping words matched does not show in the reading. */
const measureWord =
  '[处台架枚趟幅平方堵间床株批项例列篇栋注亩封艘把目套段人所朵匹张座回场尾条个首阙阵网炮顶丘棵只支袭辆挑担颗壳窠曲墙' +
  '群腔砣客贯扎捆刀令打手罗坡山岭江溪钟队单双对出口头脚板跳枝件贴针线管名位身堂课本页家户层丝毫厘分钱两斤铢石钧锱忽' +
  '千寸尺丈里寻常铺程米撮勺合升斗盘碗碟叠桶笼盆盒杯斛锅簋篮罐瓶壶卮盏箩箱煲啖袋钵年月日季刻时周天秒旬纪岁世更夜' +
  '春夏秋冬代伏辈丸泡粒幢堆根道面片块元亿百万吨角毛]|微克|公分|微米|小时|美元|十吨'
const counted = new RegExp(`(?<!\\d)(\\d+)([多余几+]?)(?=${measureWord})`, 'g')

/** 2个 -> 两个; 30+人 -> 三十多人. */
export function readCounted(sentence: string): string {
  return sentence.replace(counted, (_, number: string, about: string) => {
    const spoken = readNumber(number)
    return (spoken === '二' ? '两' : spoken) + (about === '+' ? '多' : about)
  })
}
