// Our text frontend in a process of its own, as an application has it: the compiled package with the real addon.
// Reads `{"mode": …, "texts": […], "whole": false, "new": […]}` lines from standard input and answers each with its
// processor seconds, the process's memory in megabytes and its age in milliseconds. With `new`, a frontend made for the
// request reads `texts` untimed, so that its tables are open, and then those: none of their words is in its memory.
import { createInterface } from 'node:readline'
import { frontend } from '../dist/esm/voice-text.js'

const shared = frontend()

async function read(text, mode, texts, whole) {
  let phones = 0
  for (const one of texts) {
    if (whole) phones += (await text.pronounce(one, { language: mode })).phones.length
    else for await (const piece of text.pieces(one, { language: mode })) phones += piece.phones.length
  }
  return phones
}

async function timed(text, mode, texts, whole) {
  const before = process.cpuUsage()
  const phones = await read(text, mode, texts, whole)
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, phones }
}

async function timedNew(mode, texts, unread) {
  const text = frontend()
  await read(text, mode, texts, false)
  // The tables that earlier frontends left are not this text's garbage.
  globalThis.gc()
  return timed(text, mode, unread, false)
}

for await (const line of createInterface({ input: process.stdin })) {
  const { mode, texts, whole, new: unread } = JSON.parse(line)
  const answer = {
    ...(await (unread ? timedNew(mode, texts, unread) : timed(shared, mode, texts, whole))),
    age: performance.now(),
    resident: process.memoryUsage.rss() / 1e6,
    peak: process.resourceUsage().maxRSS / 1e3
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
