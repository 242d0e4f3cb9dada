import eslint from '@eslint/js'
import importX from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

// Who may import whom: a room sees itself, what stands below it, and what everyone shares.
const shared = ['errors.ts', 'types.ts', 'options.ts', 'package-root.cts']
const below = {
  audio: [],
  text: [],
  speech: ['audio'],
  store: ['speech', 'text', 'audio', 'native.ts', 'native-paths.ts'],
  voices: ['gpt-sovits.ts', 'speech', 'store', 'text', 'audio'],
  ssml: ['voices', 'gpt-sovits.ts', 'reference.ts', 'speech', 'text', 'audio']
}
const rooms = Object.keys(below)
const languages = ['en', 'zh', 'yue', 'ja', 'ko']

const onlyBelow = rooms.map((room) => ({
  target: `./lib/${room}`,
  from: './lib',
  except: [room, ...below[room], ...shared].map((path) => `./${path}`),
  message: `lib/${room} stands below that: arrows never point back`
}))
const onlyEntries = rooms.map((room) => ({
  target: [`./lib/!(${room})/**/*`, './lib/*'],
  from: `./lib/${room}`,
  except: ['./index.ts'],
  message: `import lib/${room}/index.ts, the one entry of that folder`
}))
const facesApart = [
  { room: 'cli', users: 'cli', message: 'nothing imports lib/cli' },
  { room: 'server', users: 'cli|server', message: 'only the command line imports lib/server' }
].map(({ room, users, message }) => ({
  target: [`./lib/!(${users})/**/*`, './lib/*'],
  from: `./lib/${room}`,
  message
}))
const languagesApart = languages.map((language) => ({
  target: `./lib/text/!(${language})/**/*`,
  from: `./lib/text/${language}`,
  message: 'no language imports another; lib/text/index.ts alone chooses'
}))

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      'dist/**',
      'build/**',
      'prebuilds/**',
      'coverage/**',
      'out/**',
      'models/**',
      'native/**',
      'test/fixtures/**'
    ]
  },
  eslint.configs.recommended,
  tseslint.configs.strict,
  {
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({
          extensions: ['.ts', '.cts', '.js'],
          extensionAlias: { '.js': ['.ts', '.js'], '.cjs': ['.cts', '.cjs'] }
        })
      ]
    },
    languageOptions: { globals: nodeGlobals() },
    rules: {
      'import-x/no-default-export': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error'
    }
  },
  {
    files: ['**/*.ts', '**/*.cts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      // With noUncheckedIndexedAccess the way to say that a loop's index is inside its table.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-undef': 'off' // the compiler's work
    }
  },
  {
    files: ['lib/**'],
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { zones: [...onlyBelow, ...onlyEntries, ...facesApart, ...languagesApart] }
      ],
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', 120],
      'no-console': 'error'
    }
  },
  { files: ['lib/cli/**'], rules: { 'no-console': 'off' } },
  { files: ['lib/server/web/**', 'examples/electron/window/**'], languageOptions: { globals: browserGlobals() } },
  { files: ['**/*.cjs', '**/*.cts'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['*.config.js', '*.config.ts'], rules: { 'import-x/no-default-export': 'off' } }
)

function nodeGlobals() {
  const names = ['process', 'console', 'Buffer', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'URL']
  const moduleNames = [
    'require',
    'exports',
    'module',
    '__dirname',
    '__filename',
    'AbortController',
    'AbortSignal',
    'performance'
  ]
  return Object.fromEntries([...names, ...moduleNames].map((name) => [name, 'readonly']))
}

function browserGlobals() {
  const names = [
    'window',
    'document',
    'fetch',
    'sessionStorage',
    'navigator',
    'devicePixelRatio',
    'matchMedia',
    'getComputedStyle'
  ]
  const classes = ['AudioContext', 'AudioWorkletNode', 'Blob', 'CustomEvent', 'Event', 'EventTarget', 'Option']
  const streams = ['ResizeObserver', 'TextDecoderStream', 'requestAnimationFrame', 'atob']
  const worklet = ['AudioWorkletProcessor', 'registerProcessor']
  return Object.fromEntries([...names, ...classes, ...streams, ...worklet].map((name) => [name, 'readonly']))
}
