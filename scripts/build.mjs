// Compiles lib/ twice with tsc: dist/esm as ECMAScript modules, dist/cjs as CommonJS, both with declarations.
// An installed package has dist already and no TypeScript: then there is nothing to do.

import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'lib')

async function loadTypeScript() {
  try {
    return (await import('typescript')).default
  } catch {
    return undefined
  }
}

const builds = [
  { folder: 'esm', type: 'module', module: 'NodeNext', moduleResolution: 'NodeNext' },
  // Node18: a static import of a package that is only an ES module is an error here, since Node 20 cannot require it.
  { folder: 'cjs', type: 'commonjs', module: 'Node18', moduleResolution: 'Node16' }
]

function sourceFiles() {
  const names = readdirSync(source, { recursive: true }).filter(
    (name) => /\.c?ts$/.test(name) && !/\.d\.c?ts$/.test(name)
  )
  return names.sort().map((name) => join(source, name))
}

// The nearest package.json decides what a .ts file becomes, so each build reads its own type there.
function createHost(ts, options, type) {
  const host = ts.createIncrementalCompilerHost(options)
  const manifest = join(root, 'package.json')
  const readFile = host.readFile.bind(host)
  host.readFile = (name) => {
    const text = readFile(name)
    return normalize(name) === manifest && text ? JSON.stringify({ ...JSON.parse(text), type }) : text
  }
  return host
}

function compilerOptions(ts, build) {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'))
  const own = {
    module: build.module,
    moduleResolution: build.moduleResolution,
    rootDir: 'lib',
    noEmit: false,
    declaration: true
  }
  return ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, ...own }, root).options
}

function compile(ts, build, folder) {
  const options = { ...compilerOptions(ts, build), outDir: folder }
  const host = createHost(ts, options, build.type)
  const program = ts.createProgram(sourceFiles(), options, host)
  const diagnostics = ts.getPreEmitDiagnostics(program)
  if (diagnostics.length === 0) return program.emit()
  process.stderr.write(ts.formatDiagnosticsWithColorAndContext(ts.sortAndDeduplicateDiagnostics(diagnostics), host))
  throw new Error(`${diagnostics.length} errors for dist/${build.folder}`)
}

/** lib/ names the contract with the addon as ../binding.js; in dist it lies in each build's own folder. */
function placeContract(folder) {
  const contract = join(root, 'binding.d.ts')
  if (!existsSync(contract)) return
  writeFileSync(join(folder, 'binding.d.ts'), readFileSync(contract))
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8')
    const placed = text.replaceAll(/(['"])\.\.\/((?:\.\.\/)*)binding\.js\1/g, (_whole, quote, up) =>
      [quote, up === '' ? './' : up, 'binding.js', quote].join('')
    )
    if (placed !== text) writeFileSync(file, placed)
  }
}

// Made beside what is there and put in its place at the end: a program that runs from dist meets no half of it.
function build(ts, each) {
  const folder = join(root, 'dist', each.folder)
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true })
  compile(ts, each, fresh)
  placeContract(fresh)
  writeFileSync(join(fresh, 'package.json'), `${JSON.stringify({ type: each.type })}\n`)
  const program = join(fresh, 'cli', 'main.js')
  if (each.folder === 'esm' && existsSync(program)) chmodSync(program, 0o755)
  rmSync(folder, { recursive: true, force: true })
  renameSync(fresh, folder)
}

const ts = await loadTypeScript()
if (!ts) {
  console.log('TypeScript is not installed; dist/ is left as it is')
} else {
  try {
    for (const each of builds) build(ts, each)
  } catch (error) {
    console.error(`build failed: ${error.message}`)
    process.exitCode = 1
  }
}
