import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, ipcMain, MessageChannelMain, utilityProcess } from 'electron'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

let speech

/** Started at the first need, and again when it ended. */
function speechProcess() {
  speech ??= utilityProcess.fork(here('speech-process.mjs'), [], { serviceName: 'speech' }).once('exit', () => {
    speech = undefined
  })
  return speech
}

ipcMain.on('speak', (event, text) => {
  const { port1, port2 } = new MessageChannelMain()
  speechProcess().postMessage({ text }, [port1])
  event.sender.postMessage('speech', undefined, [port2])
})

await app.whenReady()
const window = new BrowserWindow({
  width: 640,
  height: 360,
  webPreferences: { preload: here('preload.cjs'), contextIsolation: true, sandbox: true }
})
await window.loadFile(here('window/index.html'))
app.on('window-all-closed', () => app.quit())
