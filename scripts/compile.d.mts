/** Percent done by a line of Ninja or Make. */
export declare function progressOf(line: string): number | undefined
/** At most five lines that say why. */
export declare function reasonIn(lines: readonly string[]): string[]
