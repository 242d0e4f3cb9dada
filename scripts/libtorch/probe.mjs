// Whether the system's loader accepts a library, asked in a child process: a bad library may end the one that opens it.

import { spawnSync } from 'node:child_process'

// A library that loads but is no Node addon fails too, only later and with another message.
const openLibrary = `
try { process.dlopen({ exports: {} }, process.argv[1]) } catch (error) {
  if (!/did not self-register|register/.test(error.message)) { console.error(error.message); process.exit(1) }
}`

/** @returns {string | undefined} the loader's complaint */
export function libraryComplaint(file) {
  const result = spawnSync(process.execPath, ['-e', openLibrary, file], { encoding: 'utf8', timeout: 120_000 })
  if (result.status === 0) return undefined
  if (result.error) return result.error.message
  return result.stderr.trim().split('\n')[0] || `the process that opened it ended with ${result.signal ?? result.status}`
}

const requireAddon = 'require(process.argv[1])'

/** @returns {string | undefined} why the addon cannot be required */
export function addonComplaint(file) {
  const result = spawnSync(process.execPath, ['-e', requireAddon, file], { encoding: 'utf8', timeout: 60_000 })
  if (result.status === 0) return undefined
  const line = result.stderr.split('\n').find((each) => /Error: /.test(each))
  return line?.trim() ?? `the process that loaded it ended with ${result.signal ?? result.status}`
}
