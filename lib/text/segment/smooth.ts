import { hasKana, type Label, type LanguageDetector } from './detect.js'
import { joinEqual, type Part } from './runs.js'

const SHORT_MIDDLE = 4
const LONG_SIDES = 6
const LONG_NEIGHBOUR = 6
const SHORT_NEIGHBOUR = 5

/** A part between two of one language takes theirs when it may be of it, is unknown, or is short. */
function smoothMiddles(parts: readonly Part[], detector: LanguageDetector): void {
  for (let index = 1; index + 1 < parts.length; index++) {
    const [left, middle, right] = [parts[index - 1]!, parts[index]!, parts[index + 1]!]
    if (left.label !== right.label || left.label === 'x' || left.label === 'newline') continue
    if (takesBothSides(left, middle, right, detector)) middle.label = left.label
  }
}

function takesBothSides(left: Part, middle: Part, right: Part, detector: LanguageDetector): boolean {
  if (middle.label === 'x') return true
  if (hasKana(middle.text)) return false
  if (middle.length <= SHORT_MIDDLE && left.length + right.length >= LONG_SIDES) return true
  return detector.mayBe(middle.text, left.label)
}

const isKnown = (label: Label): boolean => label !== 'x' && label !== 'digit'

/** Label of the nearest known part in a direction; the part's own when there is none. */
function nearestLabel(parts: readonly Part[], index: number, step: 1 | -1): Label {
  for (let at = index + step; at >= 0 && at < parts.length; at += step) {
    if (isKnown(parts[at]!.label)) return parts[at]!.label
  }
  return parts[index]!.label
}

function fillUnknown(parts: readonly Part[]): void {
  parts.forEach((part, index) => {
    if (part.label !== 'x') return
    const [left, right] = [parts[index - 1], parts[index + 1]]
    const isLeft = left !== undefined && (right === undefined || left.length >= right.length)
    part.label = nearestLabel(parts, index, isLeft ? -1 : 1)
  })
}

/** The first and the last part take their neighbour's label when they may well be of it. */
function smoothEnd(parts: readonly Part[], index: number, step: 1 | -1, detector: LanguageDetector): void {
  const part = parts[index]!
  const neighbour = parts[index + step]
  if (part.label === 'x' || (neighbour && takesNeighbour(part, neighbour, detector))) {
    part.label = nearestLabel(parts, index, step)
  }
}

function takesNeighbour(part: Part, near: Part, detector: LanguageDetector): boolean {
  const isHan = !hasKana(part.text) && !hasKana(near.text)
  if (isHan && near.label === 'zh' && near.length >= LONG_NEIGHBOUR && near.length > part.length) return true
  return (isHan || near.length <= SHORT_NEIGHBOUR) && detector.mayBe(part.text, near.label)
}

/** Takes out labels that stand alone among others: single words are often taken for the wrong language. */
export function smooth(labelled: readonly Part[], detector: LanguageDetector): Part[] {
  let parts = joinEqual(labelled)
  smoothMiddles(parts, detector)
  parts = joinEqual(parts)
  smoothMiddles(parts, detector)
  parts = joinEqual(parts)
  fillUnknown(parts)
  smoothEnd(parts, 0, 1, detector)
  smoothEnd(parts, parts.length - 1, -1, detector)
  parts = joinEqual(parts)
  smoothMiddles(parts, detector)
  return joinEqual(parts)
}
