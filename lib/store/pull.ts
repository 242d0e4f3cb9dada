import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { DownloadError, OptionTypeError } from '../errors.js'
import { cacheFolder, lockPath, sweepPartials } from './cache.js'
import { isPublished, PUBLISHED, type PublishedName } from './catalogue.js'
import { type Expected, fetchFile, type FetchOptions, type FetchProgress } from './download/index.js'
import { type Address, fileUrl, type Hub, hubOf, listFiles, parseAddress } from './hub.js'
import { withLock } from './lock.js'
import { type PulledFile, pulledFolder, readPulled, writePulled } from './pulled.js'
import { unzip } from './unzip.js'
import { chooseFiles, isVoiceFile } from './voice-files.js'

export interface PullProgress extends FetchProgress {
  /** The file that is fetched. */
  readonly file: string
}

export interface PullOptions extends Omit<FetchOptions, 'onProgress' | 'token' | 'tokenOrigin'> {
  readonly onProgress?: ((progress: PullProgress) => void) | undefined
  /** Web address of the hub. Defaults to `GSV_HUB`, then `HF_ENDPOINT`, then huggingface.co. */
  readonly hub?: string | undefined
  /** Defaults to `GSV_CACHE_DIR` or the platform's cache folder. */
  readonly cacheDir?: string | undefined
  /** SHA-256 of the file, when a single one is asked for by its web address. */
  readonly sha256?: string | undefined
}

export interface Pulled {
  readonly folder: string
  readonly files: readonly PulledFile[]
}

/** A file to fetch, and what it must be. */
interface Wanted {
  readonly url: URL
  readonly name: string
  readonly expected: Expected
  /** Who told `expected`, when it was not the caller. */
  readonly voucher?: 'hub'
}

/**
 * Fetches published base files by name, or a voice by hub id or web address, into the cache's `pulled` folder. What is
 * there whole already is not fetched again.
 * @param what a name of `gpt-sovits pull --list`; or `owner/name`, `owner/name/path/file` or web addresses, whose files
 * together are one voice
 * @returns a folder for each name, and one for a voice
 * @throws {DownloadError} it cannot be had, or is not what it should be. @throws {FileError} it cannot be written.
 * @throws {OptionTypeError} `what` is neither a name nor an address.
 */
export async function pull(what: string | readonly string[], options: PullOptions = {}): Promise<Pulled[]> {
  const asked = typeof what === 'string' ? [what] : what
  const hub = hubOf(options.hub)
  const names = asked.filter(isPublished)
  if (names.length === 0) return [await pullVoice(asked, hub, options)]
  if (names.length < asked.length) throw new OptionTypeError('pull base files and a voice in two calls')
  const pulled: Pulled[] = []
  for (const name of withCompanions(names)) pulled.push(await pullPublished(name, hub, options))
  return pulled
}

function withCompanions(names: readonly PublishedName[]): PublishedName[] {
  return [...new Set(names.flatMap((name) => [name, ...(PUBLISHED[name].with ?? []).filter(isPublished)]))]
}

async function pullPublished(name: PublishedName, hub: Hub, options: PullOptions): Promise<Pulled> {
  const { repository, revision, files, unzip: members } = PUBLISHED[name]
  const wanted = files.map(({ path, sha256, bytes }) => ({
    url: fileUrl(hub, repository, revision, path),
    name: posix.basename(path),
    expected: { sha256, bytes }
  }))
  return pullInto(pulledFolder(name, options.cacheDir), name, hub, wanted, options, members)
}

async function pullVoice(asked: readonly string[], hub: Hub, options: PullOptions): Promise<Pulled> {
  if (asked.length === 0) throw new OptionTypeError('pull needs a name or an address')
  const addresses = asked.map((text) => parseAddress(text, hub))
  const wanted: Wanted[] = []
  for (const address of addresses) wanted.push(...(await filesOf(address, hub, options)))
  if (options.sha256 !== undefined) {
    if (wanted.length !== 1) throw new OptionTypeError(`sha256 is of one file; ${wanted.length} are asked for`)
    const { url, name, expected } = wanted[0]!
    wanted[0] = { url, name, expected: { ...expected, sha256: options.sha256.toLowerCase() } }
  }
  const name = asked.join(' ')
  const folder = pulledFolder(join('voices', folderName(addresses[0]!, name)), options.cacheDir)
  return pullInto(folder, name, hub, wanted, options)
}

async function filesOf(address: Address, hub: Hub, options: PullOptions): Promise<Wanted[]> {
  if (address.kind === 'url') {
    const name = decodeURIComponent(posix.basename(address.url.pathname))
    if (!isVoiceFile(name)) {
      throw new OptionTypeError(
        `${address.url.href} does not end with the name of a .ckpt, .pth or .tar file, or a recording`
      )
    }
    return [{ url: address.url, name, expected: {} }]
  }
  const { repository, revision, path } = address
  // One file needs no listing, which plain mirrors do not have; the hub tells its hash with it.
  if (isVoiceFile(path)) {
    return [{ url: fileUrl(hub, repository, revision, path), name: posix.basename(path), expected: {} }]
  }
  const listed = await listFiles(hub, repository, revision, options.signal)
  return chooseFiles(listed, path, repository).map(({ path: file, ...expected }) => ({
    url: fileUrl(hub, repository, revision, file),
    name: posix.basename(file),
    expected,
    voucher: 'hub' as const
  }))
}

// The readable part is for people; the hash tells addresses apart whose readable parts agree.
function folderName(address: Address, name: string): string {
  const words =
    address.kind === 'url' ? `${address.url.host} ${posix.basename(address.url.pathname)}` : address.repository
  const readable = words.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '')
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${[...readable].slice(0, 60).join('')}-${hash}`
}

async function pullInto(
  folder: string,
  name: string,
  hub: Hub,
  wanted: readonly Wanted[],
  options: PullOptions,
  members?: readonly string[]
): Promise<Pulled> {
  const twice = wanted.find(({ name: file }, index) => wanted.findIndex((each) => each.name === file) !== index)
  if (twice) throw new OptionTypeError(`two files are called ${twice.name}; pull them apart`)
  const lock = lockPath(cacheFolder(options.cacheDir), folder)
  return withLock(lock, options.signal, async () => {
    const known = await readPulled(folder)
    if (known && !members && wanted.every((each) => isThere(each, known.files))) return { folder, files: known.files }
    if (known && members) return { folder, files: known.files }
    await sweepPartials(folder)
    const files: PulledFile[] = []
    for (const each of wanted) {
      const there = known?.files.find((file) => isThere(each, [file]))
      files.push(there ?? (await fetchOne(folder, hub, each, options)))
    }
    const kept = members ? await unpack(folder, files[0]!, members, options) : files
    await removeOthers(folder, kept)
    await writePulled(folder, { name, files: kept })
    return { folder, files: kept }
  })
}

// What nobody vouches for is fetched again when asked for again: it may have changed.
function isThere({ name, expected }: Wanted, files: readonly PulledFile[]): boolean {
  return files.some(
    (file) =>
      file.name === name &&
      (expected.sha256 === undefined ? expected.gitSha1 !== undefined : expected.sha256 === file.sha256)
  )
}

async function fetchOne(folder: string, hub: Hub, wanted: Wanted, options: PullOptions): Promise<PulledFile> {
  const { url, name, expected, voucher } = wanted
  const { bytes, sha256, verified } = await fetchFile(url, join(folder, name), expected, {
    ...options,
    token: hub.token,
    tokenOrigin: hub.origin,
    onProgress: options.onProgress && ((progress) => options.onProgress?.({ file: name, ...progress }))
  })
  return { name, bytes, sha256, verified: voucher ?? verified, source: url.href }
}

async function unpack(folder: string, archive: PulledFile, members: readonly string[], options: PullOptions) {
  const unpacked = await unzip(join(folder, archive.name), folder, members, options.signal)
  const absent = members.find((name) => !unpacked.some((file) => file.name === name))
  if (absent !== undefined) throw new DownloadError(`${archive.name} holds no ${absent}; nothing was installed`)
  return unpacked.map((file) => ({ ...file, verified: archive.verified, source: archive.source }))
}

async function removeOthers(folder: string, files: readonly PulledFile[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!files.some((file) => file.name === name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
