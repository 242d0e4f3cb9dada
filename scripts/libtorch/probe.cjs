'use strict'
// Asks other programs: the system's loader whether it accepts a library, and Python whether it has pip.

const { spawnSync } = require('node:child_process')
const { pythonCandidates, pythonEnvironment } = require('./location.cjs')

// In a process of its own, since a bad library may end the one that opens it. Electron's binary plays Node when told to.
function runNode(script, file) {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  return spawnSync(process.execPath, ['-e', script, file], { encoding: 'utf8', timeout: 120_000, env })
}

// A library that loads but is no Node addon fails too, only later and with another message.
const openLibrary = `
try { process.dlopen({ exports: {} }, process.argv[1]) } catch (error) {
  if (!/did not self-register/.test(error.message)) { console.error(error.message); process.exit(1) }
}`

/** undefined, or the loader's complaint. */
function libraryComplaint(file) {
  const result = runNode(openLibrary, file)
  if (result.status === 0) return undefined
  if (result.error) return result.error.message
  return (
    result.stderr.trim().split('\n')[0] || `the process that opened it ended with ${result.signal ?? result.status}`
  )
}

/** undefined, or why the addon cannot be required. */
function addonComplaint(file) {
  const result = runNode('require(process.argv[1])', file)
  if (result.status === 0) return undefined
  const line = result.stderr.split('\n').find((each) => /Error: /.test(each))
  return line?.trim() ?? `the process that loaded it ended with ${result.signal ?? result.status}`
}

/** The first Python that has pip, or undefined. */
function findPip(env = process.env) {
  for (const python of pythonCandidates(env)) {
    const options = { encoding: 'utf8', env: pythonEnvironment(env), timeout: 60_000 }
    const result = spawnSync(python, ['-m', 'pip', '--version'], options)
    if (result.status === 0) return { python, version: result.stdout.trim() }
  }
  return undefined
}

exports.libraryComplaint = libraryComplaint
exports.addonComplaint = addonComplaint
exports.findPip = findPip
