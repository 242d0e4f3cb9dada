import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nativeErrorCodes } from '../../lib/errors.js'
import { binding } from '../../lib/native.js'
import { packageRoot } from '../../lib/package-root.cjs'

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8')

describe('the contract between TypeScript and C++', () => {
  it('lists the same error codes on both sides', () => {
    const native = [...read('native/error.h').matchAll(/"(ERR_GSV_\w+)"/g)].map(([, code]) => code)
    expect(native.sort()).toEqual([...nativeErrorCodes].sort())
  })

  it('declares what the addon exports', () => {
    const declared = /interface Binding \{([\s\S]*?)\n\}/.exec(read('binding.d.ts'))?.[1] ?? ''
    const names = [...declared.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(5)
    expect(Reflect.ownKeys(binding()).sort()).toEqual(names.sort())
  })
})
