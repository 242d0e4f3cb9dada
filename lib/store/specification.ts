import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../package-root.cjs'

/** The file beside a blueprint that says how to fill it; models/README.md documents it. */
export interface Specification {
  readonly format: number
  readonly blueprint: string
  readonly attributes: readonly AttributeRule[]
  readonly counts: readonly CountRule[]
  readonly requires: readonly { readonly from: string; readonly equals: unknown }[]
  readonly dims: readonly { readonly name: string; readonly from: string; readonly default?: number | number[] }[]
  readonly checks: readonly { readonly zero: string; readonly from: string }[]
  readonly rename: {
    readonly prefixes: readonly string[]
    readonly suffixes: readonly { readonly from: string; readonly to: string }[]
  }
  readonly weight_norm: { readonly dim: number; readonly pairs: readonly (readonly [string, string])[] } | null
  readonly ignore: readonly string[]
  readonly tensors: readonly TensorRule[]
}

export interface AttributeRule {
  readonly name: string
  readonly type: 'int' | 'float' | 'bool' | 'int[]' | 'int[][]'
  readonly from: string
  readonly default?: unknown
  readonly equals?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly max_length?: number
  /** Expression: how long each inner list must be at least. */
  readonly min_inner_length?: string
}

/** An int that no config states: how many layers, from 0 on, have a tensor of this name. */
export interface CountRule {
  readonly name: string
  /** `{}` stands for the layer's number. */
  readonly tensor: string
  readonly maximum: number
}

export interface TensorRule {
  readonly name: string
  readonly shape: readonly string[]
  readonly loops: readonly { readonly index: string; readonly start: string; readonly end: string }[]
}

export type NetworkName =
  's1' | 's2' | 's2_pro' | 's2_v3' | 'eres2net' | 'bigvgan' | 'hifigan' | 'ap_bwe' | 'hubert' | 'bert'

export function blueprintPath(file: string): string {
  return join(packageRoot, 'models', 'blueprints', file)
}

export async function readSpecification(network: NetworkName): Promise<Specification> {
  return JSON.parse(await readFile(blueprintPath(`${network}.json`), 'utf8')) as Specification
}
