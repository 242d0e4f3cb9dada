export { Speech, type SpokenSentence } from './speech.js'
