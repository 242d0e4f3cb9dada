import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Services } from './services.js'
import type { SpokenPart } from './speaker.js'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

/** Numbers of a running server in Prometheus' form; gathered always, shown where asked for. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #requests: Counter<'route' | 'status'>
  readonly #requestSeconds: Histogram<'route'>
  readonly #firstSeconds: Histogram
  readonly #audioSeconds: Counter
  #collecting = false

  constructor(private readonly services: Pick<Services, 'admission' | 'pool'>) {
    const registers = [this.#registry]
    this.#requests = new Counter({
      name: 'gsv_requests_total',
      help: 'Answered requests',
      labelNames: ['route', 'status'],
      registers
    })
    this.#requestSeconds = new Histogram({
      name: 'gsv_request_seconds',
      help: 'Time to the end of the answer',
      labelNames: ['route'],
      buckets: SECONDS,
      registers
    })
    this.#firstSeconds = new Histogram({
      name: 'gsv_first_sound_seconds',
      help: 'Time to the first sound, waiting included',
      buckets: SECONDS,
      registers
    })
    this.#audioSeconds = new Counter({ name: 'gsv_audio_seconds_total', help: 'Seconds of sound spoken', registers })
    this.#gauge('gsv_running', 'Requests being spoken', () => this.services.admission.running)
    this.#gauge('gsv_waiting', 'Requests in the queue', () => this.services.admission.waiting)
    this.#gauge('gsv_voices', 'Loaded voices', () => this.services.pool.usage.voices)
    this.#gauge('gsv_voice_bytes', 'Bytes of loaded networks', () => this.services.pool.usage.bytes)
  }

  answered(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status: String(status) })
    this.#requestSeconds.observe({ route }, seconds)
  }

  async *watch(parts: AsyncIterable<SpokenPart>): AsyncGenerator<SpokenPart, void, undefined> {
    const begun = performance.now()
    let isFirst = true
    for await (const part of parts) {
      if (isFirst) this.#firstSeconds.observe((performance.now() - begun) / 1000)
      isFirst = false
      this.#audioSeconds.inc(part.samples.length / part.sampleRate)
      yield part
    }
  }

  async text(): Promise<{ type: string; body: string }> {
    if (!this.#collecting) collectDefaultMetrics({ register: this.#registry })
    this.#collecting = true
    return { type: this.#registry.contentType, body: await this.#registry.metrics() }
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read())
      }
    })
  }
}
