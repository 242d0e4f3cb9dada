// Our text frontend in a process of its own, as an application has it: the compiled package with the real addon.
// Reads `{"mode": …, "texts": […], "whole": false}` lines from standard input and answers each with its processor
// seconds, the process's memory in megabytes and its age in milliseconds.
import { createInterface } from 'node:readline'
import { frontend } from '../dist/esm/voice-text.js'

const text = frontend()

async function read({ mode, texts, whole }) {
  let phones = 0
  for (const one of texts) {
    if (whole) phones += (await text.pronounce(one, { language: mode })).phones.length
    else for await (const piece of text.pieces(one, { language: mode })) phones += piece.phones.length
  }
  return phones
}

for await (const line of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage()
  const phones = await read(JSON.parse(line))
  const { user, system } = process.cpuUsage(before)
  const answer = {
    seconds: (user + system) / 1e6,
    phones,
    age: performance.now(),
    resident: process.memoryUsage.rss() / 1e6,
    peak: process.resourceUsage().maxRSS / 1e3
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
