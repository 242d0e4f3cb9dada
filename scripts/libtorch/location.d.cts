export type LibtorchSource = 'LIBTORCH' | 'build' | 'cache' | 'python'

/** A folder that holds lib/ (and include/, for a compiler). */
export interface LibtorchLocation {
  readonly path: string
  readonly source: LibtorchSource
  /** As its own files say, such as `2.13.0+cpu`; `unknown` when they do not. */
  readonly version: string
  readonly cuda: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

export declare const torchVersion: string
export declare const stampName: string
export declare const buildRecordName: string
export declare class LibtorchError extends Error {
  readonly code: 'ERR_GSV_NATIVE_LIBRARY'
}
export declare function cacheDirectory(env?: Environment, platform?: NodeJS.Platform): string
export declare function libtorchCacheDirectory(env?: Environment): string
export declare function libraryFileName(name: string, platform?: NodeJS.Platform): string
export declare function isTrusted(folder: string, everyFile?: boolean): boolean | undefined
export declare function findLibtorch(options?: {
  env?: Environment
  addonFolder?: string
  everyFile?: boolean
}): LibtorchLocation | undefined
export declare function libtorchProblem(found: LibtorchLocation, addonFolder?: string): string | undefined
export declare function pythonCandidates(env: Environment): string[]
export declare function pythonEnvironment(env: Environment): Record<string, string | undefined>
export declare function outsideArchive(file: string): string
export declare function resolveAddon(root: string): string
export declare function engineLibraryBeside(addon: string): string
