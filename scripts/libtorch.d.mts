import type { LibtorchLocation } from './libtorch/location.cjs'
import type { Reporter } from './libtorch/progress.mjs'

/** Finds LibTorch by the rules of location.cjs, or fetches the pinned wheel into the cache. */
export declare function provideLibtorch(options: {
  env?: Readonly<Record<string, string | undefined>>
  addonFolder?: string
  reporter: Reporter
  /** SHA-256 by file name. */
  hashes?: Readonly<Record<string, string>>
  complaintOf?: (file: string) => string | undefined
}): Promise<LibtorchLocation>
