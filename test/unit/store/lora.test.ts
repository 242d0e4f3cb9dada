import { describe, expect, it } from 'vitest'
import { mergeLora } from '../../../lib/store/lora.js'

const tensor = (name: string, ...shape: number[]) => ({ name, dtype: 'float16', shape })
const wrapped = 'cfm.base_model.model.estimator.q'
const base = [tensor('cfm.estimator.q.weight', 6, 4), tensor('bridge.0.weight', 3, 3)]
const down = tensor(`${wrapped}.lora_A.default.weight`, 2, 4)
const up = tensor(`${wrapped}.lora_B.default.weight`, 6, 2)

describe('merging a LoRA into its base', () => {
  it('adds pairs of matrices, replaces whole tensors and keeps the rest', () => {
    const merged = mergeLora(base, [down, up, tensor('cfm.base_model.model.y', 1)], 2)
    expect(merged.map(({ name, stored, inBase, added }) => ({ name, stored, inBase, added }))).toEqual([
      {
        name: 'cfm.estimator.q.weight',
        stored: 'cfm.estimator.q.weight',
        inBase: true,
        added: { down: down.name, up: up.name }
      },
      { name: 'bridge.0.weight', stored: 'bridge.0.weight', inBase: true, added: undefined },
      { name: 'cfm.y', stored: 'cfm.base_model.model.y', inBase: false, added: undefined }
    ])
    const own = mergeLora(base, [tensor('bridge.0.weight', 3, 3)], 2)
    expect(own.find(({ name }) => name === 'bridge.0.weight')?.inBase).toBe(false)
  })

  it('refuses a matrix without its partner', () => {
    expect(() => mergeLora(base, [down], 2)).toThrow(`${down.name} is there without its partner`)
    expect(() => mergeLora(base, [up], 2)).toThrow(`${up.name} is there without its partner`)
  })

  it('refuses another rank than the file says, and partners of two ranks', () => {
    expect(() => mergeLora(base, [down, up], 8)).toThrow('of rank 2 and 2, not 8')
    expect(() => mergeLora(base, [down, { ...up, shape: [6, 3] }], undefined)).toThrow('of rank 2 and 3, not 2')
  })

  it('refuses matrices that do not fit the base, naming both shapes', () => {
    expect(() => mergeLora(base, [{ ...down, shape: [2, 5] }, up], 2)).toThrow(
      'make [6, 5]; cfm.estimator.q.weight is [6, 4]'
    )
    expect(() => mergeLora(base.slice(1), [down, up], 2)).toThrow('which its base does not have')
  })
})
