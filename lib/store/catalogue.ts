/** A file that the public projects publish. */
export interface PublishedFile {
  /** In its repository. */
  readonly path: string
  readonly sha256: string
  /** Absent where no public record names it; the hash decides anyway. */
  readonly bytes?: number
}

/** A folder of `pulled/`. */
export interface Published {
  readonly what: string
  readonly repository: string
  /** A commit: what is published later under the same name is another file. */
  readonly revision: string
  readonly files: readonly PublishedFile[]
  /** Fetched with it. */
  readonly with?: readonly string[]
  /** The file is a zip archive; these files of it are kept, `sha256` and `bytes` are the archive's. */
  readonly unzip?: readonly string[]
}

export type PublishedName = keyof typeof published

// Commits and hashes are those that several public installers of these files agree on.
const main = { repository: 'lj1995/GPT-SoVITS', revision: '336b2ec4e8d4ac74740798dd40af44e74659ecaf' }
const extras = { repository: 'XXXXRT/GPT-SoVITS-Pretrained', revision: '0c47645e02a7bc3688d7b263b0042c81e3cd82cd' }

const published = {
  hubert: {
    ...main,
    what: 'chinese-hubert-base, which every voice needs',
    files: [
      {
        path: 'chinese-hubert-base/config.json',
        bytes: 1449,
        sha256: 'c3e5060a1277e0f078cc6be9da4528a605dba6ece93018981fe2c820e5c7b103'
      },
      {
        path: 'chinese-hubert-base/pytorch_model.bin',
        bytes: 188_811_417,
        sha256: '24164f129c66499d1346e2aa55f183250c223161ec2770c0da3d3b08cf432d3c'
      }
    ]
  },
  bert: {
    ...main,
    what: 'chinese-roberta-wwm-ext-large, for Chinese',
    files: [
      {
        path: 'chinese-roberta-wwm-ext-large/config.json',
        bytes: 963,
        sha256: '3d57de2fd7e80d0e5c8ff194f0bbb6baa10df7e43fc262a0cc71298a78b0a3e5'
      },
      {
        path: 'chinese-roberta-wwm-ext-large/tokenizer.json',
        bytes: 268_962,
        sha256: '173796956820ea27bd14f76bf28162607ff4254807e2948253eb5b46f5bb643b'
      },
      {
        path: 'chinese-roberta-wwm-ext-large/pytorch_model.bin',
        bytes: 651_225_145,
        sha256: 'e53a693acc59ace251d143d068096ae0d7b79e4b1b503fa84c9dcf576448c1d8'
      }
    ]
  },
  speaker: {
    ...main,
    what: 'the speaker model of v2Pro and v2ProPlus',
    files: [
      {
        path: 'sv/pretrained_eres2netv2w24s4ep4.ckpt',
        bytes: 107_528_697,
        sha256: '4f5a0bf73c61eb41b174e1bb54e7ee3c83233892be8e0af1f187024e8e581a35'
      }
    ]
  },
  'v1-base': {
    ...main,
    what: 'the base voice of v1: GPT and SoVITS',
    files: [
      {
        path: 's1bert25hz-2kh-longer-epoch=68e-step=50232.ckpt',
        sha256: 'b1c1e17e9c99547a89388f72048cd6e1b41b5a18b170e86a46dfde0324d63eb1'
      },
      { path: 's2G488k.pth', sha256: '020a014e1e01e550e510f2f61fae5e5f5b6aab40f15c22f1f12f724df507e835' }
    ]
  },
  'v2-base': {
    ...main,
    what: 'the base voice of v2: GPT and SoVITS',
    files: [
      {
        path: 'gsv-v2final-pretrained/s1bert25hz-5kh-longer-epoch=12-step=369668.ckpt',
        bytes: 155_315_150,
        sha256: '732f94e63b148066e24c7f9d2637f3374083e637635f07fbdb695dee20ddbe1f'
      },
      {
        path: 'gsv-v2final-pretrained/s2G2333k.pth',
        bytes: 106_035_259,
        sha256: '924fdccaa3c574bf139c25c9759aa1ed3b3f99e19a7c529ee996c2bc17663695'
      }
    ]
  },
  'gpt-v3': {
    ...main,
    what: 'the base GPT that v2Pro, v2ProPlus, v3 and v4 share',
    files: [
      {
        path: 's1v3.ckpt',
        bytes: 155_284_856,
        sha256: '87133414860ea14ff6620c483a3db5ed07b44be42e2c3fcdad65523a729a745a'
      }
    ]
  },
  'v2pro-base': {
    ...main,
    what: 'the base SoVITS of v2Pro',
    with: ['gpt-v3'],
    files: [
      {
        path: 'v2Pro/s2Gv2Pro.pth',
        bytes: 162_303_657,
        sha256: '0f8ead815234365edf045c6d86370ed6e4f440e8195be77ff0ea72684ad406a5'
      }
    ]
  },
  'v2proplus-base': {
    ...main,
    what: 'the base SoVITS of v2ProPlus',
    with: ['gpt-v3'],
    files: [
      {
        path: 'v2Pro/s2Gv2ProPlus.pth',
        sha256: 'd42a22bbbf65fb2bbdd45ad6a66841156977db45c7aabe0a6992ff378d9c7d3b'
      }
    ]
  },
  'v3-base': {
    ...main,
    what: 'the base SoVITS of v3, which its LoRA voices need',
    with: ['gpt-v3'],
    files: [{ path: 's2Gv3.pth', sha256: 'f33abb1920076d988e1711d5f41b5c9c6d7f92575b4acf0ad4fae6a4ebf0cf19' }]
  },
  'v4-base': {
    ...main,
    what: 'the base SoVITS of v4, which its LoRA voices need',
    with: ['gpt-v3'],
    files: [
      {
        path: 'gsv-v4-pretrained/s2Gv4.pth',
        bytes: 769_025_545,
        sha256: '906fe22f48c3e037a389df291d4d32a9414e15dbb8f9628643e83aaced109ea4'
      }
    ]
  },
  'v3-vocoder': {
    ...main,
    what: 'BigVGAN v2 24 kHz, the vocoder of v3',
    files: [
      {
        path: 'models--nvidia--bigvgan_v2_24khz_100band_256x/config.json',
        bytes: 1402,
        sha256: 'd77e2c96583ca2296ac112a56ec7cc6bd5da4bf7681ceff18448bedc4fcf6512'
      },
      {
        path: 'models--nvidia--bigvgan_v2_24khz_100band_256x/bigvgan_generator.pt',
        bytes: 450_088_331,
        sha256: '6f9c5715550c9d0f11159ceb8935638da5aeb19e27d1e63677632df095e376f5'
      }
    ]
  },
  'v4-vocoder': {
    ...main,
    what: 'the vocoder of v4',
    files: [
      {
        path: 'gsv-v4-pretrained/vocoder.pth',
        bytes: 57_781_109,
        sha256: '4d611913df7b12d49e8976c944558d2d096816365edfc6c35a9e85b67dd14ed9'
      }
    ]
  },
  g2pw: {
    ...extras,
    what: 'g2pW, the polyphone model for Chinese',
    files: [
      {
        path: 'G2PWModel.zip',
        bytes: 588_856_634,
        sha256: '46292be0374a49308069233cd5c147ae4c41806558e4781a2467a31a4d8099da'
      }
    ],
    unzip: [
      'g2pW.onnx',
      'config.py',
      'POLYPHONIC_CHARS.txt',
      'MONOPHONIC_CHARS.txt',
      'bopomofo_to_pinyin_wo_tune_dict.json'
    ]
  }
} as const satisfies Record<string, Published>

/** What `gpt-sovits pull` knows by name. */
export const PUBLISHED: Readonly<Record<PublishedName, Published>> = published

export function isPublished(name: string): name is PublishedName {
  return Object.hasOwn(PUBLISHED, name)
}

/** Names, sizes where they are known, and what each is for. */
export function listPublished(): { name: PublishedName; what: string; bytes: number | undefined }[] {
  return (Object.keys(PUBLISHED) as PublishedName[]).map((name) => {
    const sizes = PUBLISHED[name].files.map(({ bytes }) => bytes ?? Number.NaN)
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    return { name, what: PUBLISHED[name].what, bytes: Number.isNaN(bytes) ? undefined : bytes }
  })
}
