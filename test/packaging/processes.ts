import { spawnSync } from 'node:child_process'

export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

// npm tells its scripts which package and folder they belong to; an npm started from there must not believe it.
function ownEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^(npm_(lifecycle|package|command|execpath|node_execpath|config_local_prefix)|INIT_CWD$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)))
}

export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Finished {
  const options = { cwd, env: { ...ownEnvironment(), ...env }, encoding: 'utf8' as const, maxBuffer: 64 << 20 }
  const { status, stdout, stderr, error } = spawnSync(program, args, options)
  if (error) throw error
  return { status, stdout, stderr }
}

/** Standard output of a program that must end well. */
export function output(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const finished = run(program, args, cwd, env)
  if (finished.status === 0) return finished.stdout
  throw new Error(`${program} ${args.join(' ')} ended with ${finished.status}\n${finished.stdout}${finished.stderr}`)
}
