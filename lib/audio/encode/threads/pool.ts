import { availableParallelism } from 'node:os'
import { EncoderThread } from './encoder-thread.js'

// An encoder mostly waits for its voice, and a thread encodes some 50 times as fast as is spoken.
const ENCODERS_A_THREAD = 8
const MOST_THREADS = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))
// Starting one takes some 50 ms and a few megabytes.
const IDLE_MS = 30_000

const threads = new Set<EncoderThread>()
const idle = new Map<EncoderThread, NodeJS.Timeout>()
let holders = 0

/** The thread with the least to do; another one is started when all have much. */
export function encoderThread(): EncoderThread {
  const [first] = [...threads].sort((one, other) => one.load - other.load)
  const chosen = first && (first.load < ENCODERS_A_THREAD || threads.size >= MOST_THREADS) ? first : start()
  awaken(chosen)
  return chosen
}

/**
 * Starts a thread and keeps it until the returned function is called, so that nobody waits for its start. Without a
 * holder, a thread that has nothing to do ends after a while.
 */
export function keepEncoderThread(): () => void {
  holders++
  encoderThread()
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--holders > 0) return
    for (const thread of threads) if (thread.load === 0) stop(thread)
  }
}

function start(): EncoderThread {
  const thread: EncoderThread = new EncoderThread(
    () => rest(thread),
    () => {
      awaken(thread)
      threads.delete(thread)
    }
  )
  threads.add(thread)
  return thread
}

function awaken(thread: EncoderThread): void {
  clearTimeout(idle.get(thread))
  idle.delete(thread)
}

function rest(thread: EncoderThread): void {
  if (holders > 0) return
  awaken(thread)
  const timer = setTimeout(() => stop(thread), IDLE_MS)
  timer.unref()
  idle.set(thread, timer)
}

function stop(thread: EncoderThread): void {
  awaken(thread)
  threads.delete(thread)
  thread.stop()
}
