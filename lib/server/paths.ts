import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path'
import { PathNotAllowedError } from '../errors.js'

/**
 * Folders that requests may name files in. Whether a file outside them is there is never told: the answer is the same,
 * and nothing of it is opened.
 */
export class AllowedPaths {
  readonly #roots: Promise<readonly string[]>

  /** A root of the file system is left out: it would allow everything. */
  constructor(
    folders: readonly string[],
    private readonly base: string = process.cwd()
  ) {
    const given = folders.map((folder) => resolve(base, folder)).filter((folder) => folder !== parse(folder).root)
    this.#roots = Promise.all(given.map(real)).then((reals) => [...new Set([...given, ...reals])])
  }

  /**
   * The real path of an existing file under an allowed folder, or `undefined` where there is none.
   * @throws {PathNotAllowedError} for everything else.
   */
  async find(path: string): Promise<string | undefined> {
    const asked = this.#lexical(path)
    const roots = await this.#roots
    if (!isUnder(asked, roots)) throw new PathNotAllowedError()
    // Links are followed before the second look, so that none leads out. A folder that is not there is followed as far
    // as it goes, so that a link to something absent outside answers like one to something present.
    const { path: followed, isThere } = await follow(asked)
    if (!isUnder(followed, roots)) throw new PathNotAllowedError()
    return isThere ? followed : undefined
  }

  #lexical(path: string): string {
    const isForeign =
      path.includes('\0') ||
      /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ||
      /^(\\\\|\/\/)/.test(path) ||
      path.startsWith('file:')
    if (isForeign || path === '') throw new PathNotAllowedError()
    return resolve(this.base, path)
  }
}

async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

async function follow(path: string): Promise<{ path: string; isThere: boolean }> {
  try {
    return { path: await realpath(path), isThere: true }
  } catch {
    const parent = dirname(path)
    if (parent === path) return { path, isThere: false }
    // A link whose end is missing: where it points is not asked.
    if (await isLink(path)) throw new PathNotAllowedError()
    const above = await follow(parent)
    return { path: join(above.path, basename(path)), isThere: false }
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false
  )
}

function isUnder(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const way = relative(root, path)
    return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
  })
}
