// Opens the engine in worker threads, one after the other and two at once, and prints how many said that it is open.
'use strict'
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')

function openInWorker() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, 'open-engine.cjs'), { argv: process.argv.slice(2), stdout: true })
    let text = ''
    worker.stdout.setEncoding('utf8').on('data', (chunk) => (text += chunk))
    worker.on('error', reject)
    worker.on('exit', (status) => resolve(status === 0 && text.includes('"done"')))
  })
}

async function main() {
  const results = []
  for (let round = 0; round < 5; round += 1) results.push(await openInWorker())
  results.push(...(await Promise.all([openInWorker(), openInWorker()])))
  console.log(`${results.filter(Boolean).length} of ${results.length}`)
}

main()
