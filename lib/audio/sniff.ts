import { Bytes } from './bytes.js'
import { findMp3Frame } from './mp3-frame.js'

/** What a file holds, told by its content and never by its name. */
export type Sniffed =
  | { readonly kind: 'riff' }
  | { readonly kind: 'w64' }
  | Compressed
  | { readonly kind: 'unknown'; readonly what: string }

export type Compressed =
  { readonly kind: 'flac' | 'vorbis' | 'opus' } | { readonly kind: 'mp3'; readonly mono: boolean }

interface Mark {
  readonly at: number
  readonly mark: string
  readonly what: string
}

const marks: readonly Mark[] = [
  { at: 4, mark: 'ftyp', what: 'an MP4 (m4a, AAC) file' },
  { at: 0, mark: 'ADIF', what: 'an AAC file' },
  { at: 0, mark: 'RIFX', what: 'a big-endian WAV file' },
  { at: 8, mark: 'AVI ', what: 'an AVI file' },
  { at: 8, mark: 'AIFF', what: 'an AIFF file' },
  { at: 8, mark: 'AIFC', what: 'an AIFF file' },
  { at: 8, mark: 'WEBP', what: 'a WebP image' },
  { at: 0, mark: 'caff', what: 'a CAF file' },
  { at: 0, mark: '.snd', what: 'an AU file' },
  { at: 0, mark: '#!AMR', what: 'an AMR file' },
  { at: 0, mark: 'wvpk', what: 'a WavPack file' },
  { at: 0, mark: 'MAC ', what: "a Monkey's Audio file" },
  { at: 0, mark: 'TTA1', what: 'a True Audio file' },
  { at: 0, mark: '\x1a\x45\xdf\xa3', what: 'a WebM or Matroska file' },
  { at: 0, mark: '\x30\x26\xb2\x75\x8e\x66\xcf\x11', what: 'a Windows Media file' },
  { at: 0, mark: '\x89PNG', what: 'a PNG image' },
  { at: 0, mark: '\xff\xd8\xff', what: 'a JPEG image' },
  { at: 0, mark: 'GIF8', what: 'a GIF image' },
  { at: 0, mark: '%PDF', what: 'a PDF file' },
  { at: 0, mark: 'PK\x03\x04', what: 'a zip archive (a model, perhaps)' },
  { at: 0, mark: '\x7fELF', what: 'a program' }
]
const oggCodecs: readonly (readonly [string, Sniffed])[] = [
  ['\x01vorbis', { kind: 'vorbis' }],
  ['OpusHead', { kind: 'opus' }],
  ['\x7fFLAC', { kind: 'flac' }],
  ['Speex   ', { kind: 'unknown', what: 'Speex in Ogg' }],
  ['\x80theora', { kind: 'unknown', what: 'a video in Ogg' }]
]
// "riff" and "wave" as Sony's 128-bit identifiers.
const w64Riff = 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00'

export function sniff(bytes: Uint8Array): Sniffed {
  const file = new Bytes(bytes)
  const first = file.text(0, 4)
  if (['RIFF', 'RF64', 'BW64'].includes(first) && file.text(8, 4) === 'WAVE') return { kind: 'riff' }
  if (file.text(0, 16) === w64Riff) return { kind: 'w64' }
  if (first === 'fLaC') return { kind: 'flac' }
  if (first === 'OggS') return sniffOgg(file)
  const known = marks.find(({ at, mark }) => file.text(at, mark.length) === mark)
  if (known) return { kind: 'unknown', what: known.what }
  if (file.u8(0) === 0xff && (file.u8(1) & 0xf6) === 0xf0) return { kind: 'unknown', what: 'an AAC file' }
  const frame = findMp3Frame(file)
  if (frame) return { kind: 'mp3', mono: frame.mono }
  return { kind: 'unknown', what: isText(file) ? 'text' : 'not audio of a known kind' }
}

/** What follows an ID3 tag, which may lie before any format; its length has seven bits a byte. */
export function withoutId3(bytes: Uint8Array): Uint8Array {
  const file = new Bytes(bytes)
  if (file.text(0, 3) !== 'ID3') return bytes
  const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (file.u8(at) & 0x7f), 0)
  const footer = file.u8(5) & 0x10 ? 10 : 0
  return bytes.subarray(10 + size + footer)
}

function sniffOgg(file: Bytes): Sniffed {
  const payload = 27 + file.u8(26)
  const codec = oggCodecs.find(([mark]) => file.text(payload, mark.length) === mark)
  return codec ? codec[1] : { kind: 'unknown', what: 'an unknown codec in Ogg' }
}

function isText(file: Bytes): boolean {
  const head = file.all.subarray(0, 512)
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true }) // a character may be cut at the end
  } catch {
    return false
  }
  return head.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13))
}
