import { describe, expect, it } from 'vitest'
import { evaluate, Unbound } from '../../../lib/store/expression.js'

const scope = new Map<string, number | number[]>([
  ['hidden', 192],
  ['i', 2],
  ['rates', [10, 8, 2]]
])

describe('a size expression', () => {
  it.each([
    ['7', 7],
    ['3*hidden', 576],
    ['hidden/2-1', 95],
    ['hidden%5', 2],
    ['7/2', 3],
    ['rates[i-1]', 8],
    ['i*len(rates)+1', 7],
    ['2*(1-i)', -2]
  ])('%s is %i', (source, value) => {
    expect(evaluate(source, scope)).toBe(value)
  })

  it('names a size that nothing has told yet', () => {
    expect(() => evaluate('2*unknown', scope)).toThrow(Unbound)
    expect(() => evaluate('rates[9]', scope)).toThrow('rates[9]')
  })

  it('refuses what is no expression', () => {
    expect(() => evaluate('(1', scope)).toThrow('bad expression')
    expect(() => evaluate('1 2', scope)).toThrow('bad expression')
  })
})
