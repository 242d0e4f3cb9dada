import { DownloadError, OptionTypeError } from '../errors.js'
import { ask, type Client, dispatcher, read } from './download/connection.js'
import { isVoiceFile } from './voice-files.js'

/** Where repositories of model files are, and who asks. */
export interface Hub {
  /** Without a slash at its end. */
  readonly base: string
  readonly origin: string
  readonly token?: string | undefined
}

export interface HubFile {
  readonly path: string
  readonly bytes: number
  readonly sha256?: string
  readonly gitSha1?: string
}

/** What the user asks for: an address on the web, or a repository of the hub or a part of one. */
export type Address =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'repository'; readonly repository: string; readonly revision: string; readonly path: string }

const PUBLIC_HUB = 'https://huggingface.co'
const LONGEST_LISTING = 8 << 20
const MOST_PAGES = 20

/**
 * The hub named, else `GSV_HUB`, else `HF_ENDPOINT`, else huggingface.co. `HF_TOKEN` is told to that hub's host
 * only, and never unencrypted over a network.
 * @throws {OptionTypeError} it is no web address.
 */
export function hubOf(named?: string, env: NodeJS.ProcessEnv = process.env): Hub {
  const given = named ?? (env['GSV_HUB'] || env['HF_ENDPOINT'] || PUBLIC_HUB)
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new OptionTypeError(`expected a web address for the hub but received '${given}'; as in ${PUBLIC_HUB}`)
  }
  const isPrivate = url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const token = isPrivate ? env['HF_TOKEN'] : undefined
  return { base: url.href.replace(/\/+$/, ''), origin: url.origin, ...(token ? { token } : {}) }
}

/**
 * Reads `owner/name`, `owner/name@revision`, `owner/name/path/file`, or an address on the web; the hub's own pages count
 * as what they show.
 * @throws {OptionTypeError} it is none of these.
 */
export function parseAddress(text: string, hub: Hub): Address {
  if (/^https?:\/\//i.test(text)) {
    if (!URL.canParse(text)) throw notAnAddress(text)
    const url = new URL(text)
    return ([hub.origin, PUBLIC_HUB].includes(url.origin) && pageOf(url)) || { kind: 'url', url }
  }
  const match = /^([\w.-]+\/[\w.-]+?)(?:@([\w./-]+?))?(?:\/(.+))?$/.exec(text)
  const [, repository = '', revision = 'main', path = ''] = match ?? []
  if (!match || !isPath(repository) || (path !== '' && !isPath(path))) throw notAnAddress(text)
  return { kind: 'repository', repository, revision, path: path.replace(/\/+$/, '') }
}

// .../owner/name, .../owner/name/tree/REVISION/FOLDER and .../blob/REVISION/FILE are pages of people.
function pageOf(url: URL): Address | undefined {
  const [, owner, name, view, revision = 'main', ...rest] = url.pathname.split('/').map(decodeURIComponent)
  if (!owner || !name || owner === 'api' || (view === undefined && isVoiceFile(name))) return undefined
  if (view !== undefined && view !== '' && !['tree', 'blob', 'resolve'].includes(view)) return undefined
  const path = rest.filter((part) => part !== '').join('/')
  if (path !== '' && !isPath(path)) return undefined
  return { kind: 'repository', repository: `${owner}/${name}`, revision, path }
}

function isPath(path: string): boolean {
  return path.split('/').every((part) => part !== '..' && part !== '.') && !/[\0\\]/.test(path)
}

function notAnAddress(text: string): OptionTypeError {
  return new OptionTypeError(
    `'${text}' is neither a name that pull knows (gpt-sovits pull --list), nor owner/name, owner/name/path/file or a web address`
  )
}

/** Where a file of a repository is downloaded from. */
export function fileUrl(hub: Hub, repository: string, revision: string, path: string): URL {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  return new URL(`${hub.base}/${repository}/resolve/${encodeURIComponent(revision)}/${encoded}`)
}

/** Every file of a repository, with the hub's own hashes. */
export async function listFiles(
  hub: Hub,
  repository: string,
  revision: string,
  signal: AbortSignal | undefined
): Promise<HubFile[]> {
  const stallMs = 30_000
  const client: Client = {
    dispatcher: dispatcher(stallMs),
    token: hub.token,
    tokenOrigin: hub.origin,
    stallMs,
    signal: signal ?? new AbortController().signal
  }
  const files: HubFile[] = []
  let next: URL | undefined = new URL(
    `${hub.base}/api/models/${repository}/tree/${encodeURIComponent(revision)}?recursive=true`
  )
  try {
    for (let page = 0; next && page < MOST_PAGES; page++) {
      const reply = await ask(client, next)
      let text = ''
      for await (const bytes of read(client, reply)) {
        text += bytes.toString('latin1')
        if (text.length > LONGEST_LISTING) throw new DownloadError(`${next.href} lists too much`)
      }
      files.push(...entries(text, next))
      const link: string | undefined = /<([^>]+)>;\s*rel="next"/.exec(reply.header('link') ?? '')?.[1]
      next = link === undefined ? undefined : new URL(link, next.href)
    }
    return files
  } catch (error) {
    if (error instanceof DownloadError || signal?.aborted) throw error
    throw new DownloadError(`${hub.base} does not list ${repository}: ${(error as Error).message}`, { cause: error })
  } finally {
    await client.dispatcher.destroy().catch(() => undefined)
  }
}

interface TreeEntry {
  type?: unknown
  path?: unknown
  size?: unknown
  oid?: unknown
  lfs?: { oid?: unknown; size?: unknown }
}

function entries(latin1: string, url: URL): HubFile[] {
  let list: unknown
  try {
    list = JSON.parse(Buffer.from(latin1, 'latin1').toString('utf8'))
  } catch (cause) {
    throw new DownloadError(`${url.href} is not a listing`, { cause })
  }
  if (!Array.isArray(list)) throw new DownloadError(`${url.href} is not a listing`)
  return (list as TreeEntry[]).flatMap(({ type, path, size, oid, lfs }) => {
    if (type !== 'file' || typeof path !== 'string' || !isPath(path)) return []
    const bytes = Number(lfs?.size ?? size)
    const sha256 = matching(lfs?.oid, /^[0-9a-f]{64}$/)
    const gitSha1 = lfs ? undefined : matching(oid, /^[0-9a-f]{40}$/)
    if (!Number.isSafeInteger(bytes)) return []
    return [{ path, bytes, ...(sha256 ? { sha256 } : {}), ...(gitSha1 ? { gitSha1 } : {}) }]
  })
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}
