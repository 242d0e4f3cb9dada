import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OptionTypeError, PathNotAllowedError } from '../../errors.js'
import type { Body } from '../dialect.js'
import { apiV2 } from '../dialects/api-v2.js'
import { legacy } from '../dialects/legacy.js'
import { failureOf } from '../failure.js'
import type { Services } from '../services.js'
import { type Weights, WeightSwitch } from '../weights.js'

type Answer = { status: number; json: unknown }

/** Calls of api_v2, and of the legacy dialect where it is on, that change the server. */
export function commandRoutes(app: FastifyInstance, services: Services): void {
  app.setValidatorCompiler(() => () => true)
  const commands = new Commands(services)
  const route = (
    path: string,
    field: string,
    summary: string,
    run: (value: string | undefined) => Promise<Answer> | Answer
  ): void => {
    const querystring = Type.Object({ [field]: Type.Optional(Type.String()) })
    app.get(
      path,
      { config: { dialect: apiV2 }, schema: { tags: ['api_v2'], summary, querystring } },
      async (request, reply) => send(reply, await run(given(request)[field]))
    )
  }
  route('/set_gpt_weights', 'weights_path', 'Speak with other GPT weights', (path) => commands.setWeights('gpt', path))
  route('/set_sovits_weights', 'weights_path', 'Speak with other SoVITS weights', (path) =>
    commands.setWeights('sovits', path)
  )
  route('/set_refer_audio', 'refer_audio_path', 'Set a reference recording', (path) => commands.setReference(path))
  if (services.options.dialect === 'legacy') legacyRoutes(app, commands)
  else route('/control', 'command', 'End or restart the server', (command) => commands.control(command))
}

function legacyRoutes(app: FastifyInstance, commands: Commands): void {
  const both = (path: string, summary: string, run: (fields: Fields) => Promise<Answer> | Answer): void => {
    const options = { config: { dialect: legacy }, schema: { tags: ['legacy'], summary } }
    const handle = async (request: FastifyRequest, reply: FastifyReply) =>
      send(reply, inCode(await run(given(request))))
    app.get(path, options, handle)
    app.post(path, options, handle)
  }
  both(
    '/change_refer',
    'Set the reference recording',
    ({ refer_wav_path: path, prompt_text: text, prompt_language: language }) =>
      path && text && language
        ? commands.setReference(path, text, language)
        : { status: 400, json: { message: 'refer_wav_path, prompt_text and prompt_language are required' } }
  )
  both('/set_model', 'Speak with other weights', ({ gpt_model_path: gpt, sovits_model_path: sovits }) =>
    gpt || sovits
      ? commands.setModel({ ...(gpt && { gpt }), ...(sovits && { sovits }) }, 'change weights failed')
      : { status: 400, json: { message: 'gpt_model_path or sovits_model_path is required' } }
  )
  both('/control', 'End or restart the server', ({ command }) => commands.control(command))
}

/** The legacy dialect's form of an answer. */
function inCode({ status, json }: Answer): Answer {
  if (status === 200) return { status, json: { code: 0, message: 'Success' } }
  const { message, Exception: exception } = json as { message: string; Exception?: string }
  return { status, json: { code: status, message: exception ? `${message}: ${exception}` : message } }
}

type Fields = Readonly<Record<string, string | undefined>>

function given(request: FastifyRequest): Fields {
  if (request.method === 'GET') {
    const query = request.query as Record<string, string[]>
    return Object.fromEntries(Object.entries(query).map(([key, values]) => [key, values.at(-1)]))
  }
  const body = request.body as Body | undefined
  const value = body?.kind === 'json' && typeof body.value === 'object' ? (body.value ?? {}) : {}
  return Object.fromEntries(Object.entries(value).filter(([, each]) => typeof each === 'string')) as Fields
}

function send(reply: FastifyReply, { status, json }: Answer): FastifyReply {
  return reply.code(status).type('application/json').send(JSON.stringify(json))
}

const success: Answer = { status: 200, json: { message: 'success' } }

class Commands {
  readonly #weights: WeightSwitch

  constructor(private readonly services: Services) {
    this.#weights = new WeightSwitch(services)
  }

  setWeights(kind: 'gpt' | 'sovits', path: string | undefined): Promise<Answer> | Answer {
    if (!path) return { status: 400, json: { message: `${kind} weight path is required` } }
    return this.setModel({ [kind]: path }, `change ${kind} weight failed`)
  }

  setModel(paths: Weights, failure: string): Promise<Answer> {
    return this.#try(failure, async () => {
      const missing = await this.#weights.set(paths)
      if (missing === undefined) return success
      const pending = `the old voice speaks until ${missing} weights come that go with these`
      this.services.options.logger('warn', pending)
      return { status: 200, json: { message: 'success', pending } }
    })
  }

  setReference(path: string | undefined, text?: string, language?: string): Promise<Answer> {
    return this.#try('set refer audio failed', async () => {
      if (!path) throw new OptionTypeError('refer_audio_path is required')
      await this.services.setReference({ path, ...(text && { text }), ...(language && { language }) })
      return success
    })
  }

  control(command: string | undefined): Answer {
    if (command === undefined) return { status: 400, json: { message: 'command is required' } }
    if (!this.services.options.enableControl) return { status: 403, json: { message: 'control is disabled' } }
    if (command === 'exit' || command === 'restart') this.services.onControl(command)
    return { status: 200, json: null }
  }

  async #try(message: string, run: () => Promise<Answer>): Promise<Answer> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof PathNotAllowedError) return { status: 403, json: { message: error.message } }
      return { status: 400, json: { message, Exception: failureOf(error).message } }
    }
  }
}
