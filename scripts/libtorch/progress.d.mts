export interface Reporter {
  readonly isTerminal: boolean
  say(message: string): void
  rewrite(message: string): void
  closeLine(): void
}
export declare function formatBytes(bytes: number): string
export declare function createReporter(stream?: { isTTY?: boolean; write(text: string): unknown }): Reporter
export declare function createByteProgress(
  reporter: Reporter,
  label: string
): { update(done: number, total?: number): void; end(): void }
