const status = document.querySelector('[role=status]')
const context = new AudioContext()
let next = 0

function play({ samples, sampleRate }) {
  const buffer = context.createBuffer(1, samples.length, sampleRate)
  buffer.copyToChannel(samples, 0)
  const source = context.createBufferSource()
  source.buffer = buffer
  source.connect(context.destination)
  next = Math.max(next, context.currentTime + 0.05)
  source.start(next)
  next += buffer.duration
}

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  void context.resume()
  window.voice.speak(document.querySelector('textarea').value, (message) => {
    if (message.kind === 'chunk') play(message)
    status.textContent = message.kind === 'chunk' ? message.text : (message.message ?? 'done')
  })
})
