const { contextBridge, ipcRenderer } = require('electron')

// A port cannot pass the bridge, so the page gets functions.
contextBridge.exposeInMainWorld('voice', {
  /** `listen` is called with `{ kind: 'chunk' | 'done' | 'failed', ... }`. */
  speak(text, listen) {
    ipcRenderer.once('speech', ({ ports: [port] }) => {
      port.onmessage = ({ data }) => listen(data)
    })
    ipcRenderer.send('speak', text)
  }
})
