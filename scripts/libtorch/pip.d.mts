type Environment = Readonly<Record<string, string | undefined>>

export declare function downloadArguments(
  requirement: string,
  platforms: readonly string[],
  folder: string,
  env: Environment
): string[]
export declare function announcedBytes(output: string): number | undefined
export declare function isUnreachable(output: string): boolean
