// Progress of long steps on a stream: one line that rewrites itself on a terminal, plain lines elsewhere.

const units = ['B', 'kB', 'MB', 'GB']

/** @param {number} bytes */
export function formatBytes(bytes) {
  let unit = 0
  let value = bytes
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`
}

export function createReporter(stream = process.stderr) {
  let lineOpen = false
  const closeLine = () => {
    if (lineOpen) stream.write('\n')
    lineOpen = false
  }
  return {
    isTerminal: stream.isTTY === true,
    say(message) {
      closeLine()
      stream.write(`gpt-sovits: ${message}\n`)
    },
    rewrite(message) {
      stream.write(`\r\x1b[Kgpt-sovits: ${message}`)
      lineOpen = true
    },
    closeLine
  }
}

const plainStepBytes = 64e6
const smallestPlainStepBytes = 16e6
const terminalStepMs = 100

/**
 * Counts bytes. Plain lines come at each tenth of the total, but never in steps under 16 MB.
 * @param {ReturnType<typeof createReporter>} reporter
 */
export function createByteProgress(reporter, label) {
  let lastStep = 0
  let lastTime = 0
  // pip holds a file twice while it moves it, so what is counted may pass the total.
  const text = (done, total) =>
    `${label}: ${formatBytes(Math.min(done, total ?? done))}${total ? ` of ${formatBytes(total)}` : ''}`
  return {
    update(done, total) {
      if (reporter.isTerminal) {
        if (Date.now() - lastTime < terminalStepMs && done !== total) return
        lastTime = Date.now()
        reporter.rewrite(text(done, total))
        return
      }
      const step = Math.floor(
        Math.min(done, total ?? done) / (total ? Math.max(total / 10, smallestPlainStepBytes) : plainStepBytes)
      )
      if (step <= lastStep) return
      lastStep = step
      reporter.say(text(done, total))
    },
    end: () => reporter.closeLine()
  }
}
