import type { FastifyInstance, FastifyRequest } from 'fastify'
import { openai } from '../dialects/openai.js'
import { RequestError } from '../failure.js'
import type { Services } from '../services.js'

const MOST_BYTES = 20 * 2 ** 20

/** Takes a recording as the body itself: no form, so that no file name of the sender's is ever read. */
export function referencesRoute(app: FastifyInstance, services: Services): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, bytes, done) =>
    done(null, bytes)
  )
  app.post(
    '/api/references',
    {
      bodyLimit: MOST_BYTES,
      config: { dialect: openai },
      schema: {
        tags: ['own'],
        summary: 'Upload a reference recording',
        description:
          'The body is the file: WAV, FLAC, MP3, Ogg Vorbis or Opus, 20 MiB at most. The id is good for an hour after its ' +
          'last use, as `upload` of /api/speak and as `upload:ID` wherever a path or a voice is asked for.'
      }
    },
    async (request: FastifyRequest, reply) => {
      const bytes = request.body
      if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
        throw new RequestError(400, 'the body is empty; send the recording itself', {
          param: null,
          code: 'invalid_value'
        })
      }
      const { id, seconds, sampleRate, expires } = await services.uploads.add(bytes)
      return reply.code(201).send({ id, seconds, sampleRate, expires: new Date(expires).toISOString() })
    }
  )
}
