import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { IncomingHttpHeaders } from 'node:http'

/** Whether one of the keys is the one that a request brought; takes as long for a near miss as for a far one. */
export function hasKey(headers: IncomingHttpHeaders, keys: readonly string[]): boolean {
  const { authorization = '', 'x-api-key': own = '' } = headers
  const given = /^Bearer\s+(.*)$/i.exec(authorization)?.[1] ?? String(own)
  // Digests of one length, all compared: neither the length nor the place of the first difference shows in the time.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const asked = digest(given)
  return keys.reduce((found, key) => timingSafeEqual(asked, digest(key)) || found, false)
}

/**
 * Whether the Host header is a name that this server may be called by. A web page that rebinds a name of its own to
 * this machine's address sends its own name, never an address.
 */
export function isAllowedHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return true
  const name = hostOnly(host ?? '')
  if (name === undefined) return false
  const own = ['localhost', hostname().toLowerCase(), ...allowed.map((each) => each.toLowerCase())]
  return isIP(name) !== 0 || own.includes(name) || name.endsWith('.localhost')
}

function hostOnly(host: string): string | undefined {
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(host)
  if (bracketed) return bracketed[1]
  return /^([^:\s/@]+)(?::\d+)?$/.exec(host)?.[1]?.toLowerCase()
}

/**
 * Whether a browser sent this from a page of another origin than the ones allowed. Programs other than browsers tell
 * nothing. For the source of an `<audio>` a browser tells no origin, but whether it is its own, and who refers to it.
 */
export function isForeign(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return false
  const { origin, host, referer } = headers
  const from = origin ?? (referer === undefined ? undefined : originOf(referer))
  if (from !== undefined && allowed.includes(from)) return false
  if (origin !== undefined) return origin === 'null' || originHost(origin) !== host?.toLowerCase()
  const site = headers['sec-fetch-site']
  return site === 'cross-site' || site === 'same-site'
}

function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin
  } catch {
    return undefined
  }
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
