import type { FastifyInstance } from 'fastify'
import { character } from '../dialects/character.js'
import { openai, openaiModels } from '../dialects/openai.js'
import type { Services } from '../services.js'

const began = Math.floor(Date.now() / 1000)

/** What there is to ask for. */
export function listRoutes(app: FastifyInstance, services: Services): void {
  app.get(
    '/character_list',
    { config: { dialect: character }, schema: { tags: ['character'], summary: 'Characters and their emotions' } },
    async () => {
      const characters = await services.characters.list()
      return Object.fromEntries(characters.map(({ name, emotions }) => [name, emotions.map((emotion) => emotion.name)]))
    }
  )
  app.get('/v1/models', { config: { dialect: openai }, schema: { tags: ['openai'], summary: 'Models' } }, () => {
    const data = openaiModels.map((id) => ({ id, object: 'model', created: began, owned_by: 'gpt-sovits' }))
    return { object: 'list', data }
  })
  app.get('/v1/voices', { config: { dialect: openai }, schema: { tags: ['openai'], summary: 'Voices' } }, async () => {
    const characters = await services.characters.list()
    const data = characters.map(({ name, emotions }) => ({
      id: name,
      emotions: emotions.map((emotion) => emotion.name)
    }))
    return { object: 'list', data }
  })
}
