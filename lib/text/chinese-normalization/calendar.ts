import { readCardinal, readDigits, readNumber } from './numbers.js'

const yearMonthDay = /(\d{4}|\d{2})年(?:(0?[1-9]|1[0-2])月)?(?:(0?[1-9]|[12][0-9]|30|31)([日号]))?/g
const separatedDate = /(\d{4})([- /.])(0[1-9]|1[012])\2(0[1-9]|[12][0-9]|3[01])/g

/** 2024年5月1日 and 2024-05-01: the year digit by digit, month and day as numbers. */
export function readDates(sentence: string): string {
  return sentence
    .replace(yearMonthDay, (_, year: string, month?: string, day?: string, dayUnit?: string) => {
      const spokenMonth = month ? `${readCardinal(month)}月` : ''
      const spokenDay = day ? `${readCardinal(day)}${dayUnit}` : ''
      return `${readDigits(year)}年${spokenMonth}${spokenDay}`
    })
    .replace(separatedDate, (_, year: string, _separator: string, month: string, day: string) => {
      return `${readDigits(year)}年${readCardinal(month)}月${readCardinal(day)}日`
    })
}

const clock = '([0-1]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?'
const time = new RegExp(clock, 'g')
const timeRange = new RegExp(`${clock}[~-]${clock}`, 'g')

/** 05 -> 零五. */
function readPadded(text: string): string {
  return text.startsWith('0') ? `零${readCardinal(text.replace(/^0/, ''))}` : readCardinal(text)
}

/** `isHalf` is the caller's: in a range the first minute decides for both ends, as in upstream. */
function readTime(hour: string, minute: string, second: string | undefined, isHalf: boolean): string {
  const spokenMinute = minute === '00' ? '' : isHalf ? '半' : `${readPadded(minute)}分`
  const spokenSecond = second === undefined || second === '00' ? '' : `${readPadded(second)}秒`
  return `${readNumber(hour)}点${spokenMinute}${spokenSecond}`
}

type Clock = [hour: string, minute: string, second: string | undefined]

/** 8:30-12:30 and 14:05:09. */
export function readTimes(sentence: string): string {
  return sentence
    .replace(timeRange, (_, ...groups) => {
      const [hour, minute, second, endHour, endMinute, endSecond] = groups as [...Clock, ...Clock]
      const isHalf = minute === '30'
      return `${readTime(hour, minute, second, isHalf)}至${readTime(endHour, endMinute, endSecond, isHalf)}`
    })
    .replace(time, (_, hour: string, minute: string, second?: string) => {
      return readTime(hour, minute, second, minute === '30')
    })
}
